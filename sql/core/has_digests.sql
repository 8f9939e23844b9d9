-- Whether the punches of :work_date were read with digests. Reads core.punch.
SELECT EXISTS(
    SELECT 1 FROM core.punch
    WHERE work_date = :work_date AND source_digest IS NOT NULL
) AS has_digests;
