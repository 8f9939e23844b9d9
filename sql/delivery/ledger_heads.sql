-- The signed heads of :work_date and :target, shortest chain first. Reads delivery.ledger_head.
SELECT
    entries,
    head_hash,
    signed_at,
    key_id,
    signature
FROM delivery.ledger_head
WHERE work_date = :work_date AND target = :target
ORDER BY entries;
