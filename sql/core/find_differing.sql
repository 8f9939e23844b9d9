-- Which punches of :work_date are not here as the source lists them, and which of those that stand it does not list any more. Reads
-- listed_attendance (temporary), core.punch; writes the temporary table differing_attendance.
CREATE TEMPORARY TABLE differing_attendance ON COMMIT DROP AS
SELECT
    coalesce(listed.id, punch.punch_id) AS id,
    coalesce(listed.project_code, punch.project_code) AS project_code,
    listed.id IS NULL AS is_gone
FROM (
    SELECT
        id,
        coalesce(core.as_code(project_code), '') AS project_code,
        source_digest
    FROM listed_attendance
) AS listed
FULL JOIN (
    SELECT
        punch_id,
        project_code,
        source_digest
    FROM core.punch
    WHERE work_date = :work_date AND withdrawn_at IS NULL
) AS punch
    ON listed.id = punch.punch_id AND listed.project_code = punch.project_code
WHERE listed.source_digest IS DISTINCT FROM punch.source_digest OR listed.id IS NULL OR punch.punch_id IS NULL;
