-- Move the cursor of a pull forward, never back; after the rows are committed, so that a crash in between only reads again.
INSERT INTO ops.pull_cursor (object, area_code, updated_since, full_read_at, moved_at)
VALUES (:object, :area_code, :updated_since, :full_read_at, :moved_at)
ON CONFLICT (object, area_code) DO UPDATE
    SET
        updated_since = greatest(pull_cursor.updated_since, excluded.updated_since),
        full_read_at = coalesce(excluded.full_read_at, pull_cursor.full_read_at),
        moved_at = excluded.moved_at;
