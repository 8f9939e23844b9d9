-- Say which projects :target can be told about: all of the city where one pair serves all, else those whose pair was loaded.
-- Reads core.municipal_project, ops.platform_credential; writes delivery.open_project of :target.
INSERT INTO delivery.open_project (target, project_code)
SELECT
    cast(:target AS text),
    project.project_code
FROM core.municipal_project AS project
WHERE
    cast(:one_pair_serves_all AS boolean)
    OR EXISTS (
        SELECT 1 FROM ops.platform_credential AS pair
        WHERE pair.platform = :target AND pair.project_code = project.project_code
    )
ORDER BY project.project_code
ON CONFLICT DO NOTHING;
