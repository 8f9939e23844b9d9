-- Begin to build core from what stands of :object; a read that is being taken over is waited for. Writes raw.municipal_read.
UPDATE raw.municipal_read
SET is_built = TRUE
WHERE object = :object;
