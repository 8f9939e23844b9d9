-- Where what the suites said when they saw :seen is kept with its findings: of :work_date if it is, else of the newest date. Reads
-- quality.shape_result. Writes nothing.
SELECT DISTINCT ON (object, part)
    object,
    part,
    seen,
    work_date
FROM quality.shape_result
WHERE seen = any(cast(:seen AS text[])) AND found IS NOT NULL
ORDER BY object ASC, part ASC, work_date = cast(:work_date AS date) DESC, work_date DESC;
