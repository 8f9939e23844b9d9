-- Where the chain of :work_date and :target ended when the day was dropped, if it was. Reads delivery.ledger_anchor.
SELECT
    entries,
    head_hash,
    dropped_at,
    key_id,
    signature
FROM delivery.ledger_anchor
WHERE work_date = :work_date AND target = :target;
