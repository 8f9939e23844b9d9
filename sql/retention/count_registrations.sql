-- Rows, pay slips apart, that the municipal platform had no longer before :before, of no project with an open case. Reads raw.municipal_row.
SELECT count(*)
FROM raw.municipal_row AS landed
WHERE
    landed.object <> 'payroll' AND landed.withdrawn_at < :before
    AND NOT EXISTS (
        SELECT 1 FROM quality.warning_case AS warning
        WHERE warning.project_code = landed.payload ->> 'project_code' AND warning.state <> 'closed'
    );
