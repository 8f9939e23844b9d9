-- Pay slips of projects completed before :before that nobody can need any more. Not more than :most at a time.
DELETE FROM raw.municipal_row
WHERE
    object = 'payroll'
    AND row_key IN (
        SELECT row_key FROM raw.settled_pay_slip
        WHERE completed_at < :before
        ORDER BY row_key
        LIMIT :most
    );
