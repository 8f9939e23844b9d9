-- Does all attendance of building workers of :project_code in the :days days up to :work_date come from one company that is not the contractor?
-- A row a company. Reads punches, rosters and the project; workers without a company on the roster count as unknown.
WITH by_company AS (
    SELECT
        worker.corp_code,
        count(*) AS punches,
        count(DISTINCT punch.person_id) AS persons
    FROM core.punch AS punch
    INNER JOIN core.project_worker AS worker
        ON worker.project_code = punch.project_code AND worker.person_id = punch.person_id
    WHERE
        punch.work_date BETWEEN cast(:work_date AS date) - cast(:days AS integer) AND cast(:work_date AS date)
        AND punch.project_code = :project_code AND punch.withdrawn_at IS NULL
        AND (worker.identity_type = '5' OR worker.identity_type IS NULL)
    GROUP BY worker.corp_code
),

contractor AS (
    SELECT max(contractor_corp_code) AS corp_code
    FROM core.current_project
    WHERE project_code = :project_code
)

SELECT
    CASE
        WHEN by_company.punches IS NULL OR by_company.corp_code IS NULL OR contractor.corp_code IS NULL THEN 'cannot tell'
        WHEN
            by_company.corp_code <> contractor.corp_code
            AND NOT EXISTS (
                SELECT FROM by_company AS other
                WHERE other.corp_code IS DISTINCT FROM by_company.corp_code
            )
            THEN 'yes'
        ELSE 'no'
    END AS answer,
    coalesce(by_company.corp_code, 'no company') AS about,
    CASE
        WHEN by_company.punches IS NULL THEN 'no punch of the project was read for these days'
        ELSE
            concat(
                by_company.persons, ' persons, ', by_company.punches, ' punches',
                CASE WHEN by_company.corp_code = contractor.corp_code THEN ', the contractor itself' END
            )
    END AS detail
FROM contractor
LEFT JOIN by_company ON TRUE
ORDER BY by_company.punches DESC, by_company.corp_code ASC;
