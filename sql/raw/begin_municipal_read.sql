-- Take a read of :object over: reads of one object go one after the other, and what stands of it follows from the last. :mark is what the source
-- had counted before the read. Writes raw.municipal_read.
INSERT INTO raw.municipal_read (object, fingerprint, row_count, repeated_rows, is_built, read_at, mark, summed_at)
VALUES (:object, :fingerprint, 0, 0, FALSE, :read_at, :mark, :read_at)
ON CONFLICT (object) DO UPDATE
    SET
        fingerprint = excluded.fingerprint,
        is_built = FALSE,
        read_at = excluded.read_at,
        mark = excluded.mark,
        summed_at = excluded.summed_at;
