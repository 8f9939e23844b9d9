-- The dates from :first_date to :last_date that punches were read for and that no report has counted since a step worked on them.
-- Reads core.work_day, ops.step_run, quality.day_arrival. Writes nothing.
WITH counted AS (
    SELECT
        work_date,
        min(counted_at) AS counted_at
    FROM quality.day_arrival
    WHERE work_date BETWEEN cast(:first_date AS date) AND cast(:last_date AS date)
    GROUP BY work_date
),

worked_on AS (
    SELECT
        work_date,
        max(started_at) AS started_at
    FROM ops.step_run
    WHERE work_date BETWEEN cast(:first_date AS date) AND cast(:last_date AS date) AND NOT starts_with(step, 'report_')
    GROUP BY work_date
)

SELECT day.work_date
FROM core.work_day AS day
LEFT JOIN counted ON counted.work_date = day.work_date
LEFT JOIN worked_on ON worked_on.work_date = day.work_date
WHERE
    day.work_date BETWEEN cast(:first_date AS date) AND cast(:last_date AS date)
    AND (counted.work_date IS NULL OR worked_on.started_at > counted.counted_at)
ORDER BY day.work_date;
