-- All teams. Edit for another vendor; keep the columns.
SELECT
    team_id,
    project_code,
    corp_code,
    team_name,
    leader_id_number,
    entry_date,
    exit_date,
    updated_at
FROM team;
