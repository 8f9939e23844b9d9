-- Forget what the suites said of :work_date but for those of :standing, to be told anew. Writes quality.shape_result.
DELETE FROM quality.shape_result
WHERE work_date = cast(:work_date AS date) AND object <> all(cast(:standing AS text[]));
