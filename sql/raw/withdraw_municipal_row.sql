-- Mark the rows of :object that a whole read no longer had. Reads staged_row; writes raw.municipal_row.
UPDATE raw.municipal_row
SET withdrawn_at = :read_at
WHERE
    object = :object AND withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM staged_row AS staged
        WHERE staged.row_key = municipal_row.row_key
    );
