-- Are workers of :project_code paid, in the :months months up to :work_date, under a company that takes no part in the project? A row a company.
-- Reads payroll, the participants of both platforms and the project's parties. A payroll without a company cannot tell.
WITH paid AS (
    SELECT
        corp_code,
        count(*) AS rows_paid,
        max(pay_month) AS last_month
    FROM core.payroll
    WHERE
        project_code = :project_code
        AND left(translate(pay_month, '-', ''), 6)
        >= to_char(cast(:work_date AS date) - make_interval(months => cast(:months AS integer)), 'YYYYMM')
    GROUP BY corp_code
),

participant AS (
    SELECT corp_code
    FROM core.current_participant
    WHERE project_code = :project_code
    UNION
    SELECT corp_code
    FROM core.municipal_participant
    WHERE project_code = :project_code
    UNION
    SELECT unnest(ARRAY[build_corp_code, contractor_corp_code, supervision_corp_code]) AS corp_code
    FROM core.current_project
    WHERE project_code = :project_code
),

known AS (
    SELECT corp_code
    FROM participant
    WHERE corp_code IS NOT NULL
)

SELECT
    CASE
        WHEN paid.corp_code IS NULL OR NOT EXISTS (SELECT FROM known) THEN 'cannot tell'
        WHEN paid.corp_code IN (SELECT known.corp_code FROM known) THEN 'no'
        ELSE 'yes'
    END AS answer,
    coalesce(paid.corp_code, 'no company') AS about,
    CASE
        WHEN paid.rows_paid IS NULL THEN 'no payroll was read for these months'
        ELSE concat(paid.rows_paid, ' payments, the last for ', paid.last_month)
    END AS detail
FROM (VALUES (cast(:project_code AS text))) AS asked (project_code)
LEFT JOIN paid ON asked.project_code IS NOT NULL
ORDER BY paid.rows_paid DESC, paid.corp_code ASC;
