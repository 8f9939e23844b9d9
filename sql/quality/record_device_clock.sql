-- Record how each device's clock stood on :work_date. Reads core.punch; writes quality.device_clock of that date only.
-- Parameters: :least_records, how many records tell something; :steady_seconds, how far apart the lags of records sent at once lie at most;
-- :least_minutes, over how long they were received at least, as records that come in bulk after an outage are all received at once.
-- Lags are few, so that they are counted first and put in order then; a percentile is the first lag that so many records do not exceed.
WITH lag AS (
    SELECT
        device_sn,
        punched_at - received_at AS lag,
        count(*) AS records,
        min(received_at) AS first_received_at,
        max(received_at) AS last_received_at
    FROM core.punch
    WHERE work_date = :work_date AND withdrawn_at IS NULL AND device_sn IS NOT NULL AND punched_at IS NOT NULL
    GROUP BY device_sn, punched_at - received_at
),

placed AS (
    SELECT
        device_sn,
        lag,
        records,
        first_received_at,
        last_received_at,
        sum(records) OVER (PARTITION BY device_sn ORDER BY lag) AS upto,
        sum(records) OVER (PARTITION BY device_sn) AS total
    FROM lag
)

INSERT INTO quality.device_clock (work_date, device_sn, records, spread_seconds, skew_seconds)
SELECT
    :work_date,
    device_sn,
    records,
    round(extract(EPOCH FROM late - early)) AS spread_seconds,
    CASE
        WHEN
            records >= :least_records AND late - early <= make_interval(secs => :steady_seconds)
            AND received_for >= make_interval(mins => :least_minutes)
            THEN round(extract(EPOCH FROM middle))
    END AS skew_seconds
FROM (
    SELECT
        device_sn,
        sum(records) AS records,
        max(last_received_at) - min(first_received_at) AS received_for,
        min(lag) FILTER (WHERE upto >= total * 0.1) AS early,
        min(lag) FILTER (WHERE upto >= total * 0.5) AS middle,
        min(lag) FILTER (WHERE upto >= total * 0.9) AS late
    FROM placed
    GROUP BY device_sn
) AS device;
