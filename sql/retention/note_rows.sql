-- Writes ops.dropped_rows.
INSERT INTO ops.dropped_rows (dropped_at, subject, before, row_count, basis)
VALUES (:now, :subject, :before, :row_count, :basis);
