-- How many punches of :work_date were read and still stand, by project. Reads core.punch.
SELECT
    project_code,
    count(*) AS read_rows
FROM core.punch
WHERE work_date = :work_date AND withdrawn_at IS NULL
GROUP BY project_code;
