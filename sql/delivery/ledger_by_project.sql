-- What the ledger says of :work_date at :target, by project: rows read, rows acknowledged, and whether the platform can be asked.
SELECT
    state.project_code,
    count(*) AS read_rows,
    count(*) FILTER (WHERE state.state = 'acknowledged') AS acknowledged_rows,
    bool_or(open_one.project_code IS NOT NULL) AS is_open
FROM delivery.punch_state AS state
LEFT JOIN delivery.open_project AS open_one ON open_one.target = state.target AND open_one.project_code = state.project_code
WHERE state.work_date = :work_date AND state.target = :target
GROUP BY state.project_code
ORDER BY state.project_code;
