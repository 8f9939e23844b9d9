-- All stop-work periods. Edit for another vendor; keep the columns.
SELECT
    id,
    project_code,
    from_date,
    to_date,
    approved_by,
    updated_at
FROM stop_work;
