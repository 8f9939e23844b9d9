-- How many rows :object had when it was last read, if that read had this :fingerprint, is in core, and has nothing to tell again; keeps that the
-- source had :mark before it said so. Writes raw.municipal_read.
UPDATE raw.municipal_read
SET mark = :mark, summed_at = :now
WHERE object = :object AND fingerprint = :fingerprint AND is_built AND repeated_rows = 0
RETURNING row_count;
