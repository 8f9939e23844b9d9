-- The newest date that any step worked for; NULL where none did. Reads ops.step_run.
SELECT max(work_date) FROM ops.step_run;
