-- What each suite saw when it was last asked about :work_date, where its findings are kept. Reads quality.shape_result. Writes nothing.
SELECT
    object,
    seen
FROM quality.shape_result
WHERE work_date = cast(:work_date AS date) AND seen IS NOT NULL AND found IS NOT NULL;
