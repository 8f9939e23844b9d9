-- All workers of projects. Edit for another vendor; keep the columns.
SELECT
    project_code,
    person_id,
    team_id,
    corp_code,
    work_type,
    work_role,
    identity_type,
    is_team_leader,
    contract_kind,
    safety_trained_at,
    bank_card_number,
    bank_code,
    updated_at
FROM project_worker;
