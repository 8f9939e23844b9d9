-- How many pulls of shared data ended since :since (ever, where that is empty) that brought something new. Reads ops.step_run.
SELECT count(*) AS pulls
FROM ops.step_run AS pull
WHERE
    pull.step = 'pull_master_data' AND pull.state <> 'running'
    AND (cast(:since AS timestamptz) IS NULL OR pull.ended_at >= cast(:since AS timestamptz))
    AND (
        pull.state = 'failed'
        OR EXISTS (
            SELECT 1 FROM jsonb_each(pull.summary) AS object
            WHERE coalesce(cast(object.value ->> 'new' AS integer), 1) > 0
        )
    );
