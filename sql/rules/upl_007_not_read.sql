-- Projects of which the municipal platform had more or fewer punches of :work_date than were read, when it was last reconciled.
-- Reads delivery.reconciliation.
SELECT
    project_code AS object_key,
    'attendance:municipal' AS field,
    project_code,
    concat(municipal_rows, ' rows') AS expected,
    concat(read_rows, ' rows') AS actual
FROM (
    SELECT DISTINCT ON (project_code)
        project_code,
        municipal_rows,
        read_rows
    FROM delivery.reconciliation
    WHERE work_date = :work_date
    ORDER BY project_code ASC, checked_at DESC
) AS latest
WHERE municipal_rows <> read_rows;
