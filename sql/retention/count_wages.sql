-- Pay slips that the municipal platform no longer has, of projects completed before :before without an open case. Reads raw.municipal_row.
SELECT count(*)
FROM raw.municipal_row AS slip
WHERE
    slip.object = 'payroll' AND slip.withdrawn_at IS NOT NULL
    AND EXISTS (
        SELECT 1 FROM core.current_project AS project
        WHERE
            project.project_code = slip.payload ->> 'project_code'
            AND cast(project.actual_complete_date AS timestamp) AT TIME ZONE 'Asia/Shanghai' < :before
    )
    AND NOT EXISTS (
        SELECT 1 FROM quality.warning_case AS warning
        WHERE warning.project_code = slip.payload ->> 'project_code' AND warning.state <> 'closed'
    );
