-- Bring the municipal copies of projects in step with what was last read: changed rows replaced, withdrawn rows removed (raw keeps them).
-- Reads raw.municipal_row; writes core.municipal_project. Rows whose digest is the same are not touched, unless core is built otherwise now.
WITH removed AS (
    DELETE FROM core.municipal_project AS kept
    USING raw.municipal_row AS gone
    WHERE gone.object = 'project' AND gone.withdrawn_at IS NOT NULL AND kept.project_code = gone.row_key
)

INSERT INTO core.municipal_project (
    project_code, name, category, area_code, address, lng, lat, contractor_corp_code, contractor_corp_name,
    build_corp_code, build_corp_name, supervision_corp_code, supervision_corp_name, start_date, plan_complete_date,
    prj_status, digest
)
SELECT
    core.as_code(payload ->> 'project_code'),
    core.as_text(payload ->> 'name'),
    core.as_code(payload ->> 'category'),
    core.as_code(payload ->> 'area_code'),
    core.as_text(payload ->> 'address'),
    core.as_number(payload ->> 'lng'),
    core.as_number(payload ->> 'lat'),
    core.as_code(payload ->> 'contractor_corp_code'),
    core.as_text(payload ->> 'contractor_corp_name'),
    core.as_code(payload ->> 'build_corp_code'),
    core.as_text(payload ->> 'build_corp_name'),
    core.as_code(payload ->> 'supervision_corp_code'),
    core.as_text(payload ->> 'supervision_corp_name'),
    core.as_date(payload ->> 'start_date'),
    core.as_date(payload ->> 'plan_complete_date'),
    core.as_code(payload ->> 'prj_status'),
    landed.digest || cast(:built_by AS bytea)
FROM raw.municipal_row AS landed
WHERE
    landed.object = 'project' AND landed.withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM core.municipal_project AS same
        WHERE same.project_code = landed.row_key AND same.digest = landed.digest || cast(:built_by AS bytea)
    )
ON CONFLICT (project_code) DO UPDATE
    SET
        name = excluded.name,
        category = excluded.category,
        area_code = excluded.area_code,
        address = excluded.address,
        lng = excluded.lng,
        lat = excluded.lat,
        contractor_corp_code = excluded.contractor_corp_code,
        contractor_corp_name = excluded.contractor_corp_name,
        build_corp_code = excluded.build_corp_code,
        build_corp_name = excluded.build_corp_name,
        supervision_corp_code = excluded.supervision_corp_code,
        supervision_corp_name = excluded.supervision_corp_name,
        start_date = excluded.start_date,
        plan_complete_date = excluded.plan_complete_date,
        prj_status = excluded.prj_status,
        digest = excluded.digest;
