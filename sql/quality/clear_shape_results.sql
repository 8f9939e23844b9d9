-- Forget what the suites said of :work_date, to be told anew. Writes quality.shape_result.
DELETE FROM quality.shape_result
WHERE work_date = cast(:work_date AS date);
