-- Record who of the key posts, as stated on site, was there on :work_date, and why not. Reads core.key_post_filled, punch, leave, stop_work,
-- municipal_project, the projects under construction and quality.device_clock; writes quality.key_post_day of that date only.
-- Parameters: a day is valid with :least_punches punches, the first and the last :valid_hours apart; :is_holiday; punches of devices whose
-- clock is more than :flag_seconds off, made before :earliest_punch or more than :minutes_ahead after receipt do not count; :checked_at.
WITH holder AS (
    SELECT DISTINCT
        project_code,
        post_code,
        person_id
    FROM core.key_post_filled
    WHERE quality.holds_on(start_date, end_date, :work_date)
),

passage AS (
    SELECT
        punch.project_code,
        punch.person_id,
        punch.punched_at,
        punch.punched_at >= cast(:earliest_punch AS timestamp) AT TIME ZONE 'Asia/Shanghai'
        AND punch.punched_at <= punch.received_at + make_interval(mins => :minutes_ahead)
        AND coalesce(abs(clock.skew_seconds) <= :flag_seconds, TRUE) AS counts
    FROM (
        SELECT DISTINCT
            project_code,
            person_id
        FROM holder
    ) AS person
    INNER JOIN core.punch AS punch ON punch.project_code = person.project_code AND punch.person_id = person.person_id
    LEFT JOIN quality.device_clock AS clock ON clock.work_date = :work_date AND clock.device_sn = punch.device_sn
    WHERE punch.work_date = :work_date AND punch.withdrawn_at IS NULL AND punch.punched_at IS NOT NULL
),

presence AS (
    SELECT
        project_code,
        person_id,
        min(punched_at) FILTER (WHERE counts) AS first_punch_at,
        max(punched_at) FILTER (WHERE counts) AS last_punch_at,
        count(*) FILTER (WHERE counts) AS punches,
        bool_or(NOT counts) AS has_doubtful
    FROM passage
    GROUP BY project_code, person_id
)

INSERT INTO quality.key_post_day (
    work_date, project_code, post_code, person_id, first_punch_at, last_punch_at, punches, state, checked_at
)
SELECT
    :work_date,
    holder.project_code,
    holder.post_code,
    holder.person_id,
    presence.first_punch_at,
    presence.last_punch_at,
    coalesce(presence.punches, 0),
    CASE
        WHEN
            NOT EXISTS (
                SELECT 1
                FROM quality.project_under_construction AS project
                INNER JOIN core.municipal_project AS copy ON copy.project_code = project.project_code
                WHERE project.project_code = holder.project_code AND coalesce(copy.start_date <= :work_date, TRUE)
            )
            THEN 'not_under_construction'
        WHEN
            presence.punches >= :least_punches
            AND presence.last_punch_at - presence.first_punch_at >= make_interval(hours => :valid_hours)
            THEN 'valid'
        WHEN
            EXISTS (
                SELECT 1 FROM core.stop_work AS stop
                WHERE stop.project_code = holder.project_code AND :work_date BETWEEN stop.from_date AND stop.to_date
            )
            THEN 'stop_work'
        WHEN
            EXISTS (
                SELECT 1 FROM core.leave AS granted
                WHERE
                    granted.project_code = holder.project_code AND granted.person_id = holder.person_id
                    AND :work_date BETWEEN granted.from_date AND granted.to_date
            )
            THEN 'leave'
        WHEN :is_holiday THEN 'holiday'
        WHEN presence.has_doubtful THEN 'clock_off'
        WHEN presence.punches > 0 THEN 'short'
        ELSE 'absent'
    END,
    :checked_at
FROM holder
LEFT JOIN presence ON presence.project_code = holder.project_code AND presence.person_id = holder.person_id;
