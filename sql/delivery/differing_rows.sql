-- What is known of the passes that differ, for each of these projects: each row of ours with how it stands, or one row without a punch where
-- none of ours is like it. Acknowledged rows come last sent first; then rows whose call is not settled; then rows that are not recorded as
-- sent: waiting, held, refused; those as they are and as they were. Passes of several persons of one number are one, and may agree then.
-- Reads differing_pass, unknown_person (temporary), core.punch, punch_version, person; delivery.batch, punch_batch, row_outcome, backlog.
WITH pass AS MATERIALIZED (
    SELECT
        differing.project_code,
        differing.made_at,
        differing.direction,
        coalesce(person.id_hash, stranger.person_hash) AS person_hash,
        min(coalesce(person.id_mask, stranger.person_mask)) AS person_mask,
        cast(sum(differing.surplus) AS bigint) AS surplus
    FROM differing_pass AS differing
    LEFT JOIN core.person AS person ON person.person_id = differing.person_id
    LEFT JOIN unknown_person AS stranger ON stranger.person_id = differing.person_id
    WHERE
        differing.project_code = any(cast(:project_codes AS text[]))
        AND coalesce(person.id_hash, stranger.person_hash) IS NOT NULL
    GROUP BY differing.project_code, differing.made_at, differing.direction, coalesce(person.id_hash, stranger.person_hash)
    HAVING sum(differing.surplus) <> 0
),

suspect AS MATERIALIZED (
    SELECT
        pass.project_code,
        pass.made_at,
        pass.direction,
        pass.person_hash,
        person.person_id
    FROM pass
    INNER JOIN core.person AS person ON person.id_hash = pass.person_hash
),

-- Every state of a punch that is like one of them, and the reads from and to which it was so.
told AS MATERIALIZED (
    SELECT
        suspect.project_code,
        suspect.made_at,
        suspect.direction,
        suspect.person_hash,
        present.punch_id,
        present.change_no,
        NULL AS superseded_no
    FROM core.punch AS present
    INNER JOIN suspect
        ON
            suspect.project_code = present.project_code AND suspect.person_id = present.person_id
            AND suspect.made_at = date_bin('1 second', present.punched_at, 'epoch') AND suspect.direction = present.direction
    WHERE
        present.work_date = :work_date AND present.project_code = any(cast(:project_codes AS text[]))
        AND present.punched_at >= :day_start AND present.punched_at < :day_end
    UNION ALL
    SELECT
        suspect.project_code,
        suspect.made_at,
        suspect.direction,
        suspect.person_hash,
        former.punch_id,
        former.change_no,
        former.superseded_no
    FROM core.punch_version AS former
    INNER JOIN suspect
        ON
            suspect.project_code = former.project_code AND suspect.person_id = former.person_id
            AND suspect.made_at = date_bin('1 second', former.punched_at, 'epoch') AND suspect.direction = former.direction
    WHERE
        former.work_date = :work_date AND former.project_code = any(cast(:project_codes AS text[]))
        AND former.punched_at >= :day_start AND former.punched_at < :day_end
),

tried AS MATERIALIZED (
    SELECT
        ledger.project_code,
        ledger.punch_id,
        ledger.batch_id,
        ledger.row_index,
        batch.as_of_change,
        coalesce(outcome.outcome, batch.state) AS outcome
    FROM (
        SELECT DISTINCT
            project_code,
            punch_id
        FROM told
    ) AS known
    INNER JOIN delivery.punch_batch AS ledger
        ON
            ledger.work_date = :work_date AND ledger.project_code = known.project_code AND ledger.target = :target
            AND ledger.punch_id = known.punch_id
    INNER JOIN delivery.batch AS batch
        ON batch.work_date = :work_date AND batch.project_code = ledger.project_code AND batch.batch_id = ledger.batch_id
    LEFT JOIN delivery.row_outcome AS outcome
        ON
            outcome.work_date = :work_date AND outcome.project_code = ledger.project_code AND outcome.target = ledger.target
            AND outcome.punch_id = ledger.punch_id AND outcome.batch_id = ledger.batch_id
),

ours AS (
    SELECT
        told.project_code,
        told.made_at,
        told.direction,
        told.person_hash,
        told.punch_id,
        tried.batch_id,
        tried.row_index,
        tried.as_of_change,
        CASE WHEN tried.outcome = 'acknowledged' THEN 'acknowledged' ELSE 'unsettled' END AS standing
    FROM tried
    INNER JOIN told ON told.project_code = tried.project_code AND told.punch_id = tried.punch_id
    WHERE
        tried.outcome NOT IN ('refused', 'released')
        AND told.change_no <= tried.as_of_change AND coalesce(told.superseded_no > tried.as_of_change, TRUE)
    UNION ALL
    SELECT
        told.project_code,
        told.made_at,
        told.direction,
        told.person_hash,
        told.punch_id,
        NULL,
        NULL,
        told.change_no,
        CASE
            WHEN backlog.rule_id IS NOT NULL THEN 'held'
            WHEN backlog.punch_id IS NOT NULL THEN 'waiting'
            WHEN before.punch_id IS NOT NULL THEN 'refused'
            ELSE 'waiting'
        END
    FROM told
    LEFT JOIN (
        SELECT
            project_code,
            punch_id,
            bool_or(outcome NOT IN ('refused', 'released')) AS is_recorded
        FROM tried
        GROUP BY project_code, punch_id
    ) AS before ON before.project_code = told.project_code AND before.punch_id = told.punch_id
    LEFT JOIN delivery.backlog AS backlog
        ON
            backlog.work_date = :work_date AND backlog.project_code = told.project_code AND backlog.target = :target
            AND backlog.punch_id = told.punch_id
    WHERE before.is_recorded IS NOT TRUE
),

stood AS (
    SELECT
        pass.project_code,
        pass.person_hash,
        pass.made_at,
        pass.direction,
        pass.person_mask,
        pass.surplus,
        count(*) FILTER (WHERE ours.standing = 'acknowledged')
            OVER (PARTITION BY pass.project_code, pass.person_hash, pass.made_at, pass.direction) AS our_count,
        ours.standing,
        ours.punch_id,
        ours.batch_id,
        ours.row_index,
        ours.as_of_change
    FROM pass
    LEFT JOIN ours
        ON
            ours.project_code = pass.project_code AND ours.person_hash = pass.person_hash
            AND ours.made_at = pass.made_at AND ours.direction = pass.direction
)

SELECT
    project_code,
    person_hash,
    made_at,
    direction,
    person_mask,
    surplus + our_count AS platform_count,
    our_count,
    standing,
    punch_id,
    batch_id,
    row_index,
    as_of_change
FROM stood
ORDER BY
    project_code ASC,
    person_hash ASC,
    made_at ASC,
    direction ASC,
    array_position(ARRAY['acknowledged', 'unsettled', 'waiting', 'held', 'refused'], standing) ASC,
    batch_id DESC,
    as_of_change DESC,
    punch_id ASC;
