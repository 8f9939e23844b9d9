-- Punches of :work_date that a device had sent before: same device, record and time; without a record number same device,
-- person, second and direction. The one received later counts as the repetition. Reads core.punch; times one cannot believe
-- are left out, because a device without a clock gives many records one time.
WITH identified AS NOT MATERIALIZED (
    SELECT
        project_code,
        punch_id,
        received_at,
        device_sn,
        coalesce('#' || device_record_id, concat_ws('|', person_id, direction)) AS record,
        CASE WHEN device_record_id IS NULL THEN date_trunc('second', punched_at) ELSE punched_at END AS recorded_at
    FROM core.punch
    WHERE
        work_date = :work_date AND withdrawn_at IS NULL AND device_sn IS NOT NULL
        AND punched_at >= cast(:earliest_punch AS timestamp) AT TIME ZONE 'Asia/Shanghai'
        AND punched_at <= received_at + make_interval(mins => :minutes_ahead)
),

repeated AS (
    SELECT
        device_sn,
        record,
        recorded_at
    FROM identified
    GROUP BY device_sn, record, recorded_at
    HAVING count(*) > 1
),

sent AS (
    SELECT
        identified.project_code,
        identified.punch_id,
        identified.received_at,
        row_number() OVER in_order AS sending,
        first_value(identified.punch_id) OVER in_order AS first_punch_id
    FROM repeated
    INNER JOIN identified
        ON
            identified.device_sn = repeated.device_sn AND identified.record = repeated.record
            AND identified.recorded_at = repeated.recorded_at
    WINDOW
        in_order AS (
            PARTITION BY identified.device_sn, identified.record, identified.recorded_at
            ORDER BY identified.received_at, length(identified.punch_id), identified.punch_id
        )
)

SELECT
    punch_id AS object_key,
    'deviceRecordId' AS field,
    project_code,
    'each record once' AS expected,
    concat('repeats punch ', first_punch_id) AS actual
FROM sent
WHERE sending > 1;
