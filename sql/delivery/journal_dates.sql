-- The dates and platforms from :first to :last that have batches, a journal, a signed head or an anchor. Reads delivery.batch, journal,
-- ledger_head, ledger_anchor.
SELECT
    work_date,
    target
FROM delivery.batch
WHERE work_date BETWEEN :first AND :last
UNION
SELECT
    work_date,
    target
FROM delivery.journal
WHERE work_date BETWEEN :first AND :last
UNION
SELECT
    work_date,
    target
FROM delivery.ledger_head
WHERE work_date BETWEEN :first AND :last
UNION
SELECT
    work_date,
    target
FROM delivery.ledger_anchor
WHERE work_date BETWEEN :first AND :last
ORDER BY work_date, target;
