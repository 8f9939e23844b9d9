-- Forget what the suites said of :work_date but for these :parts of those of :objects, to be told anew. Writes quality.shape_result.
DELETE FROM quality.shape_result
WHERE
    work_date = cast(:work_date AS date)
    AND (object, part) NOT IN (SELECT * FROM unnest(cast(:objects AS text[]), cast(:parts AS text[])));
