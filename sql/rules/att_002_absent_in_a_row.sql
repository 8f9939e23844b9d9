-- Persons in a key post who up to :work_date were absent :blue_days days in a row or more: from :yellow_days yellow, from :red_days red. Reads
-- quality.key_post_day of the last :days_back days. Leave, stops, days off and clocks that are off neither count nor break the row; a day on
-- site, valid or short, breaks it, and so does a day that was never checked or not over (:from_hour) when it was.
WITH seen AS (
    SELECT
        work_date,
        project_code,
        post_code,
        person_id,
        state,
        work_date + cast(row_number() OVER newest_first AS integer) AS run_key,
        count(*) FILTER (WHERE state IN ('valid', 'short')) OVER newest_first AS days_on_site_since
    FROM quality.key_post_day
    WHERE
        work_date BETWEEN :work_date - :days_back AND :work_date
        AND checked_at >= cast(work_date AS timestamp) AT TIME ZONE 'Asia/Shanghai' + make_interval(hours => :from_hour)
    WINDOW newest_first AS (PARTITION BY project_code, post_code, person_id ORDER BY work_date DESC)
),

absence AS (
    SELECT
        project_code,
        post_code,
        person_id,
        count(*) AS days,
        min(work_date) AS since
    FROM seen
    WHERE run_key = :work_date + 1 AND days_on_site_since = 0 AND state = 'absent'
    GROUP BY project_code, post_code, person_id
)

SELECT
    concat_ws('|', project_code, post_code, person_id) AS object_key,
    'absence' AS field,
    project_code,
    concat('fewer than ', cast(:blue_days AS integer), ' days absent in a row') AS expected,
    concat(
        CASE WHEN days >= :red_days THEN 'red' WHEN days >= :yellow_days THEN 'yellow' ELSE 'blue' END, ': absent ', days, ' days since ', since
    ) AS actual
FROM absence
WHERE days >= :blue_days;
