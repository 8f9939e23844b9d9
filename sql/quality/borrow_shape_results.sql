-- Let what the suites said of :dates of these :objects and :parts when they saw :seen hold for :work_date as well. Reads and writes
-- quality.shape_result.
INSERT INTO quality.shape_result AS kept (work_date, object, part, result, checked_at, seen, found)
SELECT
    cast(:work_date AS date),
    said.object,
    said.part,
    said.result,
    said.checked_at,
    said.seen,
    said.found
FROM
    unnest(cast(:objects AS text[]), cast(:parts AS text[]), cast(:dates AS date[]), cast(:seen AS text[]))
        AS wanted (object, part, work_date, seen)
INNER JOIN quality.shape_result AS said
    ON said.work_date = wanted.work_date AND said.object = wanted.object AND said.part = wanted.part AND said.seen = wanted.seen
ON CONFLICT (work_date, object, part) DO UPDATE
    SET result = excluded.result, checked_at = excluded.checked_at, seen = excluded.seen, found = excluded.found;
