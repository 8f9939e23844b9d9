-- Persons in a key post on :work_date whose valid days are less than :ok_percent per cent of the month's days up to then, less than :red_percent
-- being red. Reads quality.key_post_day, where leave, stops, days off and clocks that are off are told apart; those days are not asked for.
-- Nothing is said with fewer than :min_days days asked for; a day seen before :from_hour o'clock of its own is not over.
WITH counted AS (
    SELECT
        project_code,
        post_code,
        person_id,
        count(*) FILTER (WHERE state IN ('valid', 'short', 'absent')) AS due,
        count(*) FILTER (WHERE state = 'valid') AS valid
    FROM quality.key_post_day
    WHERE
        work_date BETWEEN cast(date_trunc('month', cast(:work_date AS timestamp)) AS date) AND :work_date
        AND checked_at >= cast(work_date AS timestamp) AT TIME ZONE 'Asia/Shanghai' + make_interval(hours => :from_hour)
    GROUP BY project_code, post_code, person_id
    HAVING bool_or(work_date = :work_date)
)

SELECT
    concat_ws('|', project_code, post_code, person_id) AS object_key,
    'attendanceRate' AS field,
    project_code,
    concat('at least ', cast(:ok_percent AS integer), ' % of the days of the month') AS expected,
    concat(
        CASE WHEN valid * 100 < due * :red_percent THEN 'red' ELSE 'yellow' END, ': ', valid, ' of ', due, ' days, ', valid * 100 / due, ' %'
    ) AS actual
FROM counted
WHERE due >= greatest(:min_days, 1) AND valid * 100 < due * :ok_percent;
