-- What is kept of how many punches each project has is what there are. Reads core.punch, core.project_day of :work_date; yields what is wrong.
WITH counted AS (
    SELECT
        project_code,
        count(*) AS punches
    FROM core.punch
    WHERE work_date = :work_date
    GROUP BY project_code
),

kept AS (
    SELECT
        project_code,
        punches
    FROM core.project_day
    WHERE work_date = :work_date AND punches <> 0
)

SELECT
    'both' AS target,
    project_code AS subject,
    concat('has ', coalesce(counted.punches, 0), ' punches and is kept with ', coalesce(kept.punches, 0)) AS wrong
FROM counted
FULL JOIN kept USING (project_code)
WHERE counted.punches IS DISTINCT FROM kept.punches;
