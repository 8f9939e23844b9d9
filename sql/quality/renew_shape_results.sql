-- What is left of the suites' results of :work_date holds at :checked_at as well. Writes quality.shape_result.
UPDATE quality.shape_result SET checked_at = :checked_at
WHERE work_date = cast(:work_date AS date);
