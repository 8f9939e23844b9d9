-- Hold what a platform lists of a group of projects against what it acknowledged: project by project both sides are counted together, by person,
-- second and direction, and what is there another number of times than it was acknowledged remains. A punch that changed since counts as it was
-- sent. By project, because a project's rows stay in the processor's cache; those of a day are waited for one by one.
-- Reads platform_row (temporary), core.punch, punch_version; delivery.batch, punch_batch, row_outcome; writes differing_pass (temporary).
INSERT INTO differing_pass (project_code, person_id, made_at, direction, surplus)
SELECT
    project.project_code,
    differing.person_id,
    differing.made_at,
    differing.direction,
    differing.surplus
FROM unnest(cast(:project_codes AS text[]), cast(:project_nos AS integer[])) AS project (project_code, project_no)
CROSS JOIN LATERAL (
    SELECT
        pass.person_id,
        pass.made_at,
        pass.direction,
        sum(pass.surplus) AS surplus
    FROM (
        SELECT
            there.person_id,
            there.made_at,
            there.direction,
            1 AS surplus
        FROM platform_row AS there
        WHERE there.project_no = project.project_no
        UNION ALL
        SELECT
            sent.person_id,
            date_bin('1 second', sent.punched_at, 'epoch'),
            sent.direction,
            -1
        FROM (
            SELECT
                CASE WHEN former.punch_id IS NULL THEN punch.person_id ELSE former.person_id END AS person_id,
                CASE WHEN former.punch_id IS NULL THEN punch.punched_at ELSE former.punched_at END AS punched_at,
                CASE WHEN former.punch_id IS NULL THEN punch.direction ELSE former.direction END AS direction
            FROM delivery.punch_batch AS ledger
            INNER JOIN delivery.batch AS batch
                ON
                    batch.work_date = :work_date AND batch.project_code = project.project_code
                    AND batch.batch_id = ledger.batch_id
            INNER JOIN core.punch AS punch
                ON
                    punch.work_date = :work_date AND punch.project_code = project.project_code
                    AND punch.punch_id = ledger.punch_id
            LEFT JOIN core.punch_version AS former
                ON
                    former.work_date = :work_date AND former.project_code = project.project_code
                    AND former.punch_id = ledger.punch_id
                    AND former.change_no <= batch.as_of_change AND former.superseded_no > batch.as_of_change
            LEFT JOIN delivery.row_outcome AS outcome
                ON
                    outcome.work_date = :work_date AND outcome.project_code = project.project_code
                    AND outcome.target = :target AND outcome.punch_id = ledger.punch_id AND outcome.batch_id = ledger.batch_id
            WHERE
                ledger.work_date = :work_date AND ledger.project_code = project.project_code AND ledger.target = :target
                AND coalesce(outcome.outcome, batch.state) = 'acknowledged'
        ) AS sent
        WHERE sent.punched_at >= :day_start AND sent.punched_at < :day_end
    ) AS pass
    GROUP BY pass.person_id, pass.made_at, pass.direction
    HAVING sum(pass.surplus) <> 0
) AS differing;
