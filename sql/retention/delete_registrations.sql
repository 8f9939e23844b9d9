-- Rows, pay slips apart, that the municipal platform had no longer before :before, of no project with an open case. Not more than :most at a time.
DELETE FROM raw.municipal_row
WHERE ctid IN (
    SELECT landed.ctid FROM raw.municipal_row AS landed
    WHERE
        landed.object <> 'payroll' AND landed.withdrawn_at < :before
        AND NOT EXISTS (
            SELECT 1 FROM quality.warning_case AS warning
            WHERE warning.project_code = landed.payload ->> 'project_code' AND warning.state <> 'closed'
        )
    ORDER BY landed.ctid
    LIMIT :most
);
