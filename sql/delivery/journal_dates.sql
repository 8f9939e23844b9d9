-- The dates and platforms from :first to :last that have batches, a journal or a signed head. Reads delivery.batch, journal, ledger_head.
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
ORDER BY work_date, target;
