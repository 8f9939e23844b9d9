-- How many rows :object had when it was last read, if that read had this :fingerprint, is in core, and has nothing to tell again.
SELECT row_count
FROM raw.municipal_read
WHERE object = :object AND fingerprint = :fingerprint AND is_built AND repeated_rows = 0;
