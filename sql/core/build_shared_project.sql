-- Bring the history of the projects in step with raw: each version valid until the next, the highest now.
-- Reads raw.integrity_row; writes core.shared_project. A function of raw alone, so running it again changes nothing.
INSERT INTO core.shared_project (
    source_id, source_version, valid_from, valid_to, deleted,
    project_code, investment_code, name, category, function_num, property_num, prj_size, area_code, address, lng,
    lat, invest, building_area, building_length, contract_amount, max_span, floors, build_corp_code, build_corp_name,
    contractor_corp_code, contractor_corp_name, supervision_corp_code, supervision_corp_name, builder_licenses,
    start_date, plan_complete_date, actual_complete_date, prj_status, status_since, supervising_body_code
)
SELECT
    source_id,
    source_version,
    updated_at,
    lead(updated_at) OVER (PARTITION BY source_id ORDER BY source_version),
    deleted,
    core.as_code(payload ->> 'projectCode'),
    core.as_text(payload ->> 'investmentCode'),
    core.as_text(payload ->> 'name'),
    core.as_code(payload ->> 'category'),
    core.as_text(payload ->> 'functionNum'),
    core.as_text(payload ->> 'propertyNum'),
    core.as_text(payload ->> 'prjSize'),
    core.as_code(payload ->> 'areaCode'),
    core.as_text(payload ->> 'address'),
    core.as_number(payload ->> 'lng'),
    core.as_number(payload ->> 'lat'),
    core.as_number(payload ->> 'invest'),
    core.as_number(payload ->> 'buildingArea'),
    core.as_number(payload ->> 'buildingLength'),
    core.as_number(payload ->> 'contractAmount'),
    core.as_number(payload ->> 'maxSpan'),
    core.as_integer(payload ->> 'floors'),
    core.as_code(payload ->> 'buildCorpCode'),
    core.as_text(payload ->> 'buildCorpName'),
    core.as_code(payload ->> 'contractorCorpCode'),
    core.as_text(payload ->> 'contractorCorpName'),
    core.as_code(payload ->> 'supervisionCorpCode'),
    core.as_text(payload ->> 'supervisionCorpName'),
    payload -> 'builderLicenses',
    core.as_date(payload ->> 'startDate'),
    core.as_date(payload ->> 'planCompleteDate'),
    core.as_date(payload ->> 'actualCompleteDate'),
    core.as_code(payload ->> 'prjStatus'),
    core.as_date(payload ->> 'statusSince'),
    core.as_text(payload ->> 'supervisingBodyCode')
FROM raw.integrity_row
WHERE
    object = 'project'
    AND source_id IN (
        SELECT fresh.source_id
        FROM raw.integrity_row AS fresh
        LEFT JOIN core.shared_project AS built ON built.source_id = fresh.source_id AND built.source_version = fresh.source_version
        WHERE fresh.object = 'project' AND built.source_id IS NULL
    )
ON CONFLICT (source_id, source_version) DO UPDATE
    SET valid_to = excluded.valid_to
    WHERE shared_project.valid_to IS DISTINCT FROM excluded.valid_to;
