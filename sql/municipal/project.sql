-- All projects as the city copied them. Edit for another vendor; keep the columns.
SELECT
    project_code,
    name,
    category,
    area_code,
    address,
    lng,
    lat,
    contractor_corp_code,
    contractor_corp_name,
    build_corp_code,
    build_corp_name,
    supervision_corp_code,
    supervision_corp_name,
    start_date,
    plan_complete_date,
    prj_status,
    updated_at
FROM project_copy;
