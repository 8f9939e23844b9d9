-- How many rows of :object the last whole read left standing.
SELECT count(*) FROM raw.municipal_row
WHERE object = :object AND withdrawn_at IS NULL;
