-- How many teams each project has, of the nation's kind: management staff are a team a company. Reads core.project_worker.
SELECT
    project_code,
    count(DISTINCT coalesce(team_id, concat('management|', corp_code))) AS teams
FROM core.project_worker
GROUP BY project_code;
