-- People who punched on :work_date and whose place on the roster does not fit: a team there is not, of another project or of another company; a
-- company that does not take part in the project that day. Reads core.project_worker, team, participant, punch. A place without a team or
-- company is SHP-001.
WITH unfit AS (
    SELECT
        worker.project_code,
        worker.person_id,
        'teamId' AS field,
        concat('a team of project ', worker.project_code, ' and company ', worker.corp_code) AS expected,
        CASE
            WHEN team.team_id IS NULL THEN concat('team ', worker.team_id, ' is not known')
            ELSE concat('team ', worker.team_id, ' of project ', team.project_code, ' and company ', team.corp_code)
        END AS actual
    FROM core.project_worker AS worker
    LEFT JOIN core.team AS team ON team.team_id = worker.team_id
    WHERE
        worker.team_id <> ''
        AND (team.team_id IS NULL OR team.project_code <> worker.project_code OR team.corp_code <> worker.corp_code)
    UNION ALL
    SELECT
        worker.project_code,
        worker.person_id,
        'corpCode' AS field,
        'a company that takes part in the project' AS expected,
        worker.corp_code AS actual
    FROM core.project_worker AS worker
    WHERE
        worker.corp_code <> ''
        AND NOT EXISTS (
            SELECT 1 FROM core.participant AS participant
            WHERE
                participant.project_code = worker.project_code AND participant.corp_code = worker.corp_code
                AND coalesce(cast(participant.exit_time AT TIME ZONE 'Asia/Shanghai' AS date) >= :work_date, TRUE)
        )
)

SELECT
    concat_ws('|', unfit.project_code, unfit.person_id) AS object_key,
    unfit.field,
    unfit.project_code,
    unfit.expected,
    unfit.actual
FROM unfit
WHERE EXISTS (
    SELECT 1 FROM core.punch AS punch
    WHERE
        punch.work_date = :work_date AND punch.withdrawn_at IS NULL
        AND punch.project_code = unfit.project_code AND punch.person_id = unfit.person_id
);
