-- Project managers (:post_code) on :work_date who are bound to another project: a person who leads several is found on each but the first, and
-- first comes the project their registration is bound to, then the one they came to earlier. Reads key posts as filled, quality.registration,
-- core.current_project, core.stop_work.
-- Lawful, and told by the data: sections and phases of one works (one investment code and one owner); works that are completed; an approved stop
-- of more than :long_stop_days days. A shorter stop does not release the manager. A project bound to that the city does not have counts.
WITH binding AS (
    SELECT
        project.project_code,
        project.build_corp_code,
        quality.normal_form(project.investment_code) AS works
    FROM core.current_project AS project
    WHERE
        project.prj_status IN ('003', '005')
        AND coalesce(project.actual_complete_date > :work_date, TRUE)
        AND NOT EXISTS (
            SELECT 1 FROM core.stop_work AS stop
            WHERE
                stop.project_code = project.project_code
                AND stop.from_date <= :work_date AND coalesce(stop.to_date >= :work_date, TRUE)
                AND coalesce(stop.to_date, :work_date) - stop.from_date + 1 > :long_stop_days
                AND quality.normal_form(stop.approved_by) IS NOT NULL
        )
),

locked AS (
    SELECT DISTINCT
        held.id_hash,
        held.lock_project_code AS project_code,
        held.lock_since
    FROM quality.registration AS held
    WHERE
        held.status = '1' AND quality.normal_form(held.lock_project_code) IS NOT NULL
        AND coalesce(held.lock_since <= :work_date, TRUE)
),

manager AS (
    SELECT
        filled.object_key,
        filled.project_code,
        filled.id_hash,
        filled.start_date,
        (filled.id_hash, filled.project_code) IN (
            SELECT
                locked.id_hash,
                locked.project_code
            FROM locked
        ) AS is_locked
    FROM quality.post_filled AS filled
    INNER JOIN binding ON binding.project_code = filled.project_code
    WHERE
        filled.post_code = :post_code AND filled.id_hash IS NOT NULL
        AND quality.holds_on(filled.start_date, filled.end_date, :work_date)
),

bond AS (
    SELECT
        id_hash,
        project_code,
        start_date,
        is_locked
    FROM manager
    UNION DISTINCT
    SELECT
        locked.id_hash,
        locked.project_code,
        locked.lock_since,
        TRUE
    FROM locked
    WHERE
        NOT EXISTS (
            SELECT 1 FROM manager
            WHERE manager.id_hash = locked.id_hash AND manager.project_code = locked.project_code
        )
        AND (
            locked.project_code IN (SELECT binding.project_code FROM binding)
            OR NOT EXISTS (
                SELECT 1 FROM core.current_project AS known
                WHERE known.project_code = locked.project_code
            )
        )
)

SELECT
    manager.object_key,
    'projectCode' AS field,
    manager.project_code,
    'one project at a time' AS expected,
    string_agg(
        concat('also ', bond.project_code, ' since ' || bond.start_date), '; ' ORDER BY bond.start_date ASC NULLS FIRST, bond.project_code ASC
    ) AS actual
FROM manager
INNER JOIN binding AS own ON own.project_code = manager.project_code
INNER JOIN bond
    ON
        bond.id_hash = manager.id_hash AND bond.project_code <> manager.project_code
        AND (NOT bond.is_locked, coalesce(bond.start_date, '-infinity'), bond.project_code)
        < (NOT manager.is_locked, coalesce(manager.start_date, '-infinity'), manager.project_code)
LEFT JOIN binding AS other ON other.project_code = bond.project_code
WHERE NOT coalesce(other.works = own.works AND other.build_corp_code = own.build_corp_code, FALSE)
GROUP BY manager.object_key, manager.project_code;
