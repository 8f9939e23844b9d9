-- Keep a signed head of the journal; the same head is kept once. Writes delivery.ledger_head.
INSERT INTO delivery.ledger_head (work_date, target, entries, head_hash, signed_at, key_id, signature)
VALUES (:work_date, :target, :entries, :head_hash, :signed_at, :key_id, :signature)
ON CONFLICT DO NOTHING;
