-- Rows of a read that have the key of an earlier row of the same read; the first one counts, these become findings.
SELECT
    row_key,
    payload
FROM (
    SELECT
        row_key,
        payload,
        row_number() OVER (PARTITION BY row_key ORDER BY position) AS nth
    FROM staged_row
) AS numbered
WHERE nth > 1;
