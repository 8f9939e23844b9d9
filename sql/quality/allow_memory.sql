-- Let each sort and grouping of this transaction take as much memory as the people of a day of a million punches need; a server that allows
-- more keeps its setting. With much more, grouping every record of a day in memory becomes slower than in parts on disk.
SELECT set_config('work_mem', '32MB', TRUE)
WHERE pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('32MB');
