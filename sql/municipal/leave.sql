-- All leave. Edit for another vendor; keep the columns.
SELECT
    id,
    project_code,
    person_id,
    from_date,
    to_date,
    approved_by,
    updated_at
FROM leave;
