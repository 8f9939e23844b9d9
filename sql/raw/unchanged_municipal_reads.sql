-- Of :objects with their :marks, those of which the source has counted no change since it last made the fingerprint, which it did less than
-- :trusted_for ago, and that are in core with nothing to tell again; with how many rows each has. Reads raw.municipal_read.
SELECT
    last_read.object,
    last_read.row_count
FROM raw.municipal_read AS last_read
INNER JOIN unnest(cast(:objects AS text[]), cast(:marks AS bytea[])) AS present (object, mark)
    ON present.object = last_read.object AND present.mark = last_read.mark
WHERE
    last_read.is_built AND last_read.repeated_rows = 0
    AND last_read.summed_at > cast(:now AS timestamptz) - cast(:trusted_for AS interval)
    AND last_read.summed_at < cast(:now AS timestamptz) + cast(:trusted_for AS interval);
