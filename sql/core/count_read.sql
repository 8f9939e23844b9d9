-- Count by project the punches that read :change_no of :work_date brought for the first time, which no later read of it may have changed yet.
-- Reads core.punch; writes core.project_day.
INSERT INTO core.project_day AS day (work_date, project_code, punches)
SELECT
    cast(:work_date AS date),
    project_code,
    count(*)
FROM core.punch
WHERE work_date = :work_date AND change_no = :change_no AND changed_at IS NULL AND withdrawn_at IS NULL
GROUP BY project_code
ORDER BY project_code
ON CONFLICT (work_date, project_code) DO UPDATE
    SET punches = day.punches + excluded.punches;
