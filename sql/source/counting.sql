-- Whether the server counts changes so that they can be relied on, and what tells that it began to count anew: after a crash, a start or a reset.
SELECT
    cast(current_setting('server_version_num') AS integer) >= 150000
    AND cast(current_setting('track_counts') AS boolean) AND NOT pg_is_in_recovery() AS is_counting,
    concat_ws(
        ' ', pg_postmaster_start_time(), (SELECT stats_reset FROM pg_stat_bgwriter),
        (
            SELECT stats_reset FROM pg_stat_database
            WHERE datname = current_database()
        )
    ) AS begun;
