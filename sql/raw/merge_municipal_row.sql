-- Merge a whole read of one municipal object: new and changed rows written, rows that came back un-withdrawn.
-- Reads staged_row (temporary); writes raw.municipal_row of :object. Unchanged rows are not touched.
INSERT INTO raw.municipal_row (object, row_key, payload, digest, first_read_at, changed_at)
SELECT DISTINCT ON (row_key)
    :object,
    row_key,
    payload,
    digest,
    cast(:read_at AS timestamptz),
    cast(:read_at AS timestamptz)
FROM staged_row
ORDER BY row_key, position
ON CONFLICT (object, row_key) DO UPDATE
    SET payload = excluded.payload, digest = excluded.digest, changed_at = excluded.changed_at, withdrawn_at = NULL
    WHERE municipal_row.digest <> excluded.digest OR municipal_row.withdrawn_at IS NOT NULL;
