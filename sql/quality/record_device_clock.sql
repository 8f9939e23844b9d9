-- Record how each device's clock stood on :work_date. Reads core.punch; writes quality.device_clock of that date only.
-- Parameters: :least_records, how many records tell something; :steady_seconds, how far apart the lags of records sent at once lie at most;
-- :least_minutes, over how long they were received at least, as records that come in bulk after an outage are all received at once.
INSERT INTO quality.device_clock (work_date, device_sn, records, spread_seconds, skew_seconds)
SELECT
    :work_date,
    device_sn,
    records,
    round(extract(EPOCH FROM lags[3] - lags[1])) AS spread_seconds,
    CASE
        WHEN
            records >= :least_records AND lags[3] - lags[1] <= make_interval(secs => :steady_seconds)
            AND received_for >= make_interval(mins => :least_minutes)
            THEN round(extract(EPOCH FROM lags[2]))
    END AS skew_seconds
FROM (
    SELECT
        device_sn,
        count(*) AS records,
        max(received_at) - min(received_at) AS received_for,
        percentile_disc(ARRAY[0.1, 0.5, 0.9]) WITHIN GROUP (ORDER BY punched_at - received_at) AS lags
    FROM core.punch
    WHERE work_date = :work_date AND withdrawn_at IS NULL AND device_sn IS NOT NULL AND punched_at IS NOT NULL
    GROUP BY device_sn
) AS device;
