-- Where the platform's rows of a project's day and ours differ in number, by person, second and direction: each row of ours with how it
-- stands, or one row without a punch where none of ours is like it. Acknowledged rows come last sent first; then rows whose call is not
-- settled; then rows that are not recorded as sent: waiting, held, refused.
-- Reads platform_row (temporary), core.punch, punch_version, person; delivery.batch, sent_punch, row_outcome, backlog.
WITH theirs AS (
    SELECT
        person_hash,
        made_at,
        direction,
        min(person_mask) AS person_mask,
        count(*) AS platform_count
    FROM platform_row
    GROUP BY person_hash, made_at, direction
),

in_ledger AS (
    SELECT
        sent.punch_id,
        sent.batch_id,
        sent.row_index,
        sent.person_id,
        date_trunc('second', sent.punched_at) AS made_at,
        sent.direction,
        batch.as_of_change,
        CASE WHEN coalesce(outcome.outcome, batch.state) = 'acknowledged' THEN 'acknowledged' ELSE 'unsettled' END AS standing
    FROM delivery.batch
    INNER JOIN delivery.sent_punch AS sent
        ON sent.work_date = batch.work_date AND sent.project_code = batch.project_code AND sent.batch_id = batch.batch_id
    LEFT JOIN delivery.row_outcome AS outcome
        ON
            outcome.work_date = sent.work_date AND outcome.project_code = sent.project_code AND outcome.target = sent.target
            AND outcome.punch_id = sent.punch_id AND outcome.batch_id = sent.batch_id
    WHERE
        batch.work_date = :work_date AND batch.target = :target AND batch.project_code = :project_code AND batch.kind = 'attendance'
        AND coalesce(outcome.outcome, batch.state) NOT IN ('refused', 'released')
),

tried AS (
    SELECT DISTINCT punch_id
    FROM delivery.punch_batch
    WHERE work_date = :work_date AND project_code = :project_code AND target = :target
),

unrecorded AS (
    SELECT
        punch.project_code,
        punch.punch_id,
        CASE
            WHEN backlog.rule_id IS NOT NULL THEN 'held'
            WHEN backlog.punch_id IS NOT NULL THEN 'waiting'
            WHEN tried.punch_id IS NOT NULL THEN 'refused'
            ELSE 'waiting'
        END AS standing
    FROM core.punch AS punch
    LEFT JOIN delivery.backlog AS backlog
        ON
            backlog.work_date = :work_date AND backlog.project_code = punch.project_code AND backlog.target = :target
            AND backlog.punch_id = punch.punch_id
    LEFT JOIN tried ON tried.punch_id = punch.punch_id
    WHERE
        punch.work_date = :work_date AND punch.project_code = :project_code
        AND punch.punch_id NOT IN (SELECT known.punch_id FROM in_ledger AS known)
),

ours AS (
    SELECT
        punch_id,
        batch_id,
        row_index,
        person_id,
        made_at,
        direction,
        as_of_change,
        standing
    FROM in_ledger
    UNION ALL
    SELECT
        unrecorded.punch_id,
        NULL,
        NULL,
        version.person_id,
        date_trunc('second', version.punched_at),
        version.direction,
        version.change_no,
        unrecorded.standing
    FROM unrecorded
    INNER JOIN core.punch AS version
        ON
            version.work_date = :work_date AND version.project_code = unrecorded.project_code AND version.punch_id = unrecorded.punch_id
    UNION ALL
    SELECT
        unrecorded.punch_id,
        NULL,
        NULL,
        former.person_id,
        date_trunc('second', former.punched_at),
        former.direction,
        former.change_no,
        unrecorded.standing
    FROM unrecorded
    INNER JOIN core.punch_version AS former
        ON former.work_date = :work_date AND former.project_code = unrecorded.project_code AND former.punch_id = unrecorded.punch_id
),

named AS (
    SELECT
        ours.*,
        person.id_hash AS person_hash,
        person.id_mask AS person_mask
    FROM ours
    LEFT JOIN core.person AS person ON person.person_id = ours.person_id
    WHERE ours.made_at >= :day_start AND ours.made_at < :day_end
),

counted AS (
    SELECT
        person_hash,
        made_at,
        direction,
        count(*) FILTER (WHERE standing = 'acknowledged') AS our_count
    FROM named
    WHERE person_hash IS NOT NULL
    GROUP BY person_hash, made_at, direction
),

differing AS (
    SELECT
        person_hash,
        made_at,
        direction,
        theirs.person_mask,
        coalesce(theirs.platform_count, 0) AS platform_count,
        coalesce(counted.our_count, 0) AS our_count
    FROM theirs
    FULL JOIN counted USING (person_hash, made_at, direction)
    WHERE coalesce(theirs.platform_count, 0) <> coalesce(counted.our_count, 0)
)

SELECT
    differing.person_hash,
    differing.made_at,
    differing.direction,
    coalesce(differing.person_mask, named.person_mask) AS person_mask,
    differing.platform_count,
    differing.our_count,
    named.standing,
    named.punch_id,
    named.batch_id,
    named.row_index,
    named.as_of_change
FROM differing
LEFT JOIN named
    ON named.person_hash = differing.person_hash AND named.made_at = differing.made_at AND named.direction = differing.direction
ORDER BY
    differing.person_hash ASC,
    differing.made_at ASC,
    differing.direction ASC,
    array_position(ARRAY['acknowledged', 'unsettled', 'waiting', 'held', 'refused'], named.standing) ASC,
    named.batch_id DESC,
    named.as_of_change DESC,
    named.punch_id ASC;
