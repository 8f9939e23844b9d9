-- Writes one version to ops.data_key. Version 0 was never rotated to, so it is finished from the start.
INSERT INTO ops.data_key (version, wrapped, made_at, finished_at)
VALUES (:version, :wrapped, :made_at, CASE WHEN :version = 0 THEN cast(:made_at AS timestamptz) END);
