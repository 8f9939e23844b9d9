-- Forget what was counted of :work_date, to count it anew. Writes quality.day_arrival.
DELETE FROM quality.day_arrival
WHERE work_date = cast(:work_date AS date);
