-- What the suites said of :work_date when it was last checked. Reads quality.shape_result. Writes nothing.
SELECT
    object,
    result,
    checked_at
FROM quality.shape_result
WHERE work_date = cast(:work_date AS date)
ORDER BY object ASC, part DESC;
