-- Record how a step ended and what it counted. Writes ops.step_run.
UPDATE ops.step_run
SET state = :state, ended_at = :ended_at, summary = cast(:summary AS jsonb)
WHERE run_id = :run_id;
