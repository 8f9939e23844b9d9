-- How many rows the read of :object that is being taken over had. Writes raw.municipal_read.
UPDATE raw.municipal_read
SET row_count = :row_count, repeated_rows = :repeated_rows
WHERE object = :object;
