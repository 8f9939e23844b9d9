-- All participants as the city copied them. Edit for another vendor; keep the columns.
SELECT
    project_code,
    corp_code,
    corp_type,
    corp_name,
    contract_no,
    contract_amount,
    entry_time,
    exit_time,
    pm_name,
    pm_id_card_number,
    updated_at
FROM participant_copy;
