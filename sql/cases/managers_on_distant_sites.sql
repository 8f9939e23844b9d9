-- For everybody in a key post of :project_code on :work_date: did the same person, by number, punch at another project more than :far_metres away
-- in the :days days up to then? Reads key posts as filled, rosters, punches and the places of the projects. A place that is not known cannot
-- tell; nor can a person whose number cannot be read.
WITH place AS (
    SELECT
        coalesce(copy.project_code, shared.project_code) AS project_code,
        coalesce(copy.lng, shared.lng) AS lng,
        coalesce(copy.lat, shared.lat) AS lat
    FROM core.municipal_project AS copy
    FULL JOIN core.current_project AS shared ON shared.project_code = copy.project_code
),

manager AS (
    SELECT
        filled.post_code,
        filled.person_id,
        filled.name,
        filled.id_hash
    FROM quality.post_filled AS filled
    WHERE
        filled.project_code = :project_code
        AND quality.holds_on(filled.start_date, filled.end_date, cast(:work_date AS date))
),

elsewhere AS (
    SELECT
        manager.post_code,
        manager.person_id,
        punch.project_code,
        max(punch.work_date) AS last_date
    FROM manager
    INNER JOIN core.person AS same ON same.id_hash = manager.id_hash
    INNER JOIN core.punch AS punch
        ON punch.person_id = same.person_id AND punch.project_code <> :project_code AND punch.withdrawn_at IS NULL
    WHERE punch.work_date BETWEEN cast(:work_date AS date) - cast(:days AS integer) AND cast(:work_date AS date)
    GROUP BY manager.post_code, manager.person_id, punch.project_code
)

SELECT
    CASE
        WHEN manager.person_id IS NULL OR manager.id_hash IS NULL THEN 'cannot tell'
        WHEN elsewhere.project_code IS NULL THEN 'no'
        WHEN here.lng IS NULL OR here.lat IS NULL OR there.lng IS NULL OR there.lat IS NULL THEN 'cannot tell'
        WHEN quality.metres_between(here.lng, here.lat, there.lng, there.lat) > :far_metres THEN 'yes'
        ELSE 'no'
    END AS answer,
    coalesce(manager.post_code, 'key posts') AS about,
    CASE
        WHEN manager.person_id IS NULL THEN 'nobody is in a key post'
        WHEN manager.id_hash IS NULL THEN concat(quality.masked_name(manager.name), ': the number cannot be read')
        WHEN elsewhere.project_code IS NULL THEN concat(quality.masked_name(manager.name), ': at no other project')
        ELSE
            concat(
                quality.masked_name(manager.name), ': at ', elsewhere.project_code, ' last on ', elsewhere.last_date, ', ',
                coalesce(
                    cast(round(quality.metres_between(here.lng, here.lat, there.lng, there.lat) / 1000) AS text),
                    'nobody knows how many'
                ),
                ' km away'
            )
    END AS detail
FROM (VALUES (cast(:project_code AS text))) AS asked (project_code)
LEFT JOIN manager ON TRUE
LEFT JOIN elsewhere ON elsewhere.post_code = manager.post_code AND elsewhere.person_id = manager.person_id
LEFT JOIN place AS here ON here.project_code = asked.project_code
LEFT JOIN place AS there ON there.project_code = elsewhere.project_code
ORDER BY manager.post_code, manager.person_id, elsewhere.project_code;
