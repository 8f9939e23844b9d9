-- All labour contracts. Edit for another vendor; keep the columns.
SELECT
    project_code,
    person_id,
    corp_code,
    contract_period_type,
    contract_kind,
    start_date,
    end_date,
    unit,
    unit_price,
    updated_at
FROM contract;
