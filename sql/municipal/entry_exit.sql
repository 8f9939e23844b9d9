-- All movements into and out of projects. Edit for another vendor; keep the columns.
SELECT
    id,
    project_code,
    person_id,
    kind,
    date,
    reason,
    updated_at
FROM entry_exit;
