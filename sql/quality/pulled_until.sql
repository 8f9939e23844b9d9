-- When the last complete pull of shared data ended, NULL where there was none. Reads ops.step_run.
SELECT max(ended_at) AS pulled_until
FROM ops.step_run
WHERE step = 'pull_master_data' AND state = 'done';
