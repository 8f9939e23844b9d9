-- Projects under construction with nobody of the owner's (:owner_staff), the supervision company's (:supervision_staff) or the contractor's
-- staff (:contractor_staff, kinds of identity) on the roster on :work_date. Reads core.project_worker, core.entry_exit, core.current_project.
-- Someone whose last movement by that day is an exit is no longer there; without a supervision company nobody of it is due.
WITH present AS (
    SELECT
        worker.project_code,
        worker.identity_type
    FROM core.project_worker AS worker
    LEFT JOIN LATERAL (
        SELECT movement.kind FROM core.entry_exit AS movement
        WHERE
            movement.project_code = worker.project_code AND movement.person_id = worker.person_id
            AND movement.moved_on <= :work_date
        ORDER BY movement.moved_on DESC, movement.kind DESC
        LIMIT 1
    ) AS latest ON TRUE
    WHERE
        worker.identity_type IN (:owner_staff, :supervision_staff, :contractor_staff)
        AND latest.kind IS DISTINCT FROM '0'
    GROUP BY worker.project_code, worker.identity_type
)

SELECT
    project.project_code AS object_key,
    concat('identityType:', due.identity_type) AS field,
    project.project_code,
    'somebody' AS expected,
    'nobody' AS actual
FROM quality.project_under_construction AS project
INNER JOIN core.current_project AS shared ON shared.project_code = project.project_code
CROSS JOIN
    LATERAL (
        VALUES
        (cast(:owner_staff AS text), shared.build_corp_code),
        (cast(:supervision_staff AS text), shared.supervision_corp_code),
        (cast(:contractor_staff AS text), shared.contractor_corp_code)
    ) AS due (identity_type, corp_code)
WHERE
    due.corp_code IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM present
        WHERE present.project_code = project.project_code AND present.identity_type = due.identity_type
    );
