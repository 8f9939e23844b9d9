-- Writes delivery.ledger_anchor: where the chain of :work_date and :target ended.
INSERT INTO delivery.ledger_anchor (work_date, target, entries, head_hash, dropped_at, key_id, signature)
VALUES (:work_date, :target, :entries, :head_hash, :dropped_at, :key_id, :signature);
