-- What the next planning would find of the :projects: how many candidates by project, by team where :by_team, and by what keeps them back.
-- Reads the temporary table candidate, core.punch, core.project_worker. Writes nothing.
SELECT
    candidate.project_code,
    CASE WHEN cast(:by_team AS boolean) THEN coalesce(worker.team_id, concat('management|', worker.corp_code)) ELSE '' END AS team,
    candidate.rule_id,
    count(*) AS punches
FROM candidate
INNER JOIN core.punch AS punch
    ON
        punch.work_date = cast(:work_date AS date) AND punch.project_code = candidate.project_code
        AND punch.punch_id = candidate.punch_id
LEFT JOIN core.project_worker AS worker ON worker.project_code = punch.project_code AND worker.person_id = punch.person_id
WHERE delivery.is_chosen(candidate.project_code, cast(:projects AS text[]))
GROUP BY 1, 2, 3;
