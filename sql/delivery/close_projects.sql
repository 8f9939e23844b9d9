-- Forget the projects that :target cannot be told about any more; refresh_open_projects adds the new ones in the same transaction.
-- Reads core.municipal_project, ops.platform_credential; writes delivery.open_project. What stays open is not written, so that several
-- senders that begin at once do not wait for one another.
DELETE FROM delivery.open_project AS open_one
WHERE
    open_one.target = :target
    AND NOT EXISTS (
        SELECT 1 FROM core.municipal_project AS project
        WHERE
            project.project_code = open_one.project_code
            AND (
                cast(:one_pair_serves_all AS boolean)
                OR EXISTS (
                    SELECT 1 FROM ops.platform_credential AS pair
                    WHERE pair.platform = :target AND pair.project_code = project.project_code
                )
            )
    );
