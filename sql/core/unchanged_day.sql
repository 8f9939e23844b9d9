-- How many punches there are for :work_date, if the source has counted no change since it last made the fingerprint, which it did less than
-- :trusted_for ago. Reads core.work_day.
SELECT punches
FROM core.work_day
WHERE
    work_date = :work_date AND fingerprint IS NOT NULL AND mark = :mark
    AND summed_at > cast(:now AS timestamptz) - cast(:trusted_for AS interval)
    AND summed_at < cast(:now AS timestamptz) + cast(:trusted_for AS interval);
