-- Pay slips that the municipal platform no longer has, of projects completed before :before without an open case. Not more than :most at a time.
DELETE FROM raw.municipal_row
WHERE ctid IN (
    SELECT slip.ctid FROM raw.municipal_row AS slip
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
        )
    ORDER BY slip.ctid
    LIMIT :most
);
