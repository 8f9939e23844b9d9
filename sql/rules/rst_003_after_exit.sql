-- Punches of :work_date by persons of the roster who had left the project before that day and did not come back on it.
-- Reads core.punch, core.project_worker, core.entry_exit. Of two movements on one day the balance says which came last.
-- Nothing is concluded from movements or times one cannot believe, as in RST-002.
WITH movement AS (
    SELECT
        project_code,
        person_id,
        max(moved_on) FILTER (WHERE kind = '1' AND moved_on < :work_date) AS entered_on,
        max(moved_on) FILTER (WHERE kind = '0' AND moved_on < :work_date) AS left_on,
        sum(CASE kind WHEN '1' THEN 1 WHEN '0' THEN -1 END) FILTER (WHERE moved_on < :work_date) AS balance,
        bool_or(kind = '1' AND moved_on = :work_date) AS comes_back,
        bool_or(
            coalesce(kind, '') NOT IN ('0', '1') OR moved_on IS NULL
            OR moved_on < :earliest_date OR moved_on > :work_date + make_interval(years => :years_ahead)
        ) AS is_doubtful
    FROM core.entry_exit
    WHERE (project_code, person_id) IN (
        SELECT
            gone.project_code,
            gone.person_id
        FROM core.entry_exit AS gone
        WHERE gone.kind = '0' AND gone.moved_on < :work_date
    )
    GROUP BY project_code, person_id
)

SELECT
    punch.punch_id AS object_key,
    'date' AS field,
    punch.project_code,
    concat('on the project on ', cast(:work_date AS date)) AS expected,
    concat('left on ', movement.left_on) AS actual
FROM core.punch AS punch
INNER JOIN movement ON movement.project_code = punch.project_code AND movement.person_id = punch.person_id
INNER JOIN core.project_worker AS worker ON worker.project_code = punch.project_code AND worker.person_id = punch.person_id
WHERE
    NOT movement.is_doubtful AND NOT movement.comes_back
    AND (movement.left_on > movement.entered_on OR (movement.left_on = movement.entered_on AND movement.balance <= 0))
    AND punch.work_date = :work_date AND punch.withdrawn_at IS NULL
    AND punch.punched_at >= cast(:earliest_punch AS timestamp) AT TIME ZONE 'Asia/Shanghai'
    AND punch.punched_at <= punch.received_at + make_interval(mins => :minutes_ahead);
