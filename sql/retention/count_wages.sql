-- Pay slips of projects completed before :before that nobody can need any more. Reads raw.settled_pay_slip.
SELECT count(*)
FROM raw.settled_pay_slip
WHERE completed_at < :before;
