-- First and last days of a key post that differ where both sides have the same person in it.
-- Reads key posts as filled and as appointed. The last day of someone replaced in G01 or J01 is left to LMP-004: the new
-- person is what the site has to state.
SELECT
    filled.object_key,
    compared.field,
    filled.project_code,
    cast(compared.expected AS text) AS expected,
    cast(compared.actual AS text) AS actual
FROM quality.post_filled AS filled
INNER JOIN quality.appointment AS appointed
    ON
        appointed.project_code = filled.project_code AND appointed.post_code = filled.post_code
        AND appointed.id_hash = filled.id_hash
CROSS JOIN
    LATERAL (
        VALUES
        ('startDate', appointed.start_date, filled.start_date),
        ('endDate', appointed.end_date, filled.end_date)
    ) AS compared (field, expected, actual)
WHERE
    compared.expected IS DISTINCT FROM compared.actual
    AND NOT (
        compared.field = 'endDate'
        AND filled.post_code IN ('G01', 'J01')
        AND quality.holds_on(filled.start_date, filled.end_date, :work_date)
        AND appointed.end_date < :work_date
        AND EXISTS (
            SELECT 1 FROM quality.appointment AS successor
            WHERE
                successor.project_code = filled.project_code AND successor.post_code = filled.post_code
                AND successor.id_hash <> filled.id_hash
                AND quality.holds_on(successor.start_date, successor.end_date, :work_date)
        )
    );
