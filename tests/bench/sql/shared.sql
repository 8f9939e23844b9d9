-- What the integrity platform shares, alike to what the municipal platform copied, but for one in 500 projects and persons that differ.
-- Runs in the warehouse. The cursors say that it was read this evening.
INSERT INTO core.shared_project (
    source_id, source_version, valid_from, deleted, project_code, investment_code, name, category, function_num, property_num, prj_size, area_code,
    address, lng, lat, invest, building_area, contract_amount, max_span, floors, build_corp_code, build_corp_name, contractor_corp_code,
    contractor_corp_name, supervision_corp_code, supervision_corp_name, builder_licenses, start_date, plan_complete_date, prj_status, status_since,
    supervising_body_code
)
SELECT
    'PJ' || project_code, 1, timestamptz '2025-03-01 00:00+08', FALSE, project_code, '2503-330106-04-01-010002',
    CASE WHEN row_number() OVER (ORDER BY project_code) % 500 = 7 THEN name || '（二期）' ELSE name END, category, '100', '001', '02', area_code,
    address, lng, lat, 105894, 30000, 34945.02, 18.5, 5, build_corp_code, build_corp_name, contractor_corp_code,
    contractor_corp_name, supervision_corp_code, supervision_corp_name, '[]', start_date, plan_complete_date, prj_status, date '2025-03-28',
    area_code
FROM core.municipal_project;

INSERT INTO core.shared_corp (source_id, source_version, valid_from, deleted, corp_code, corp_name, corp_type, area_code, legal_man, qualifications)
SELECT 'CO' || corp_code, 1, timestamptz '2025-03-01 00:00+08', FALSE, corp_code, corp_name, corp_type, area_code, legal_man, '[]'
FROM core.municipal_corp;

INSERT INTO core.shared_participant (
    source_id, source_version, valid_from, deleted, project_code, corp_code, corp_type, corp_name, contract_no, contract_amount, entry_time, pm_name,
    pm_id_hash, pm_id_mask
)
SELECT
    concat('PT', project_code, corp_type), 1, timestamptz '2025-03-01 00:00+08', FALSE, project_code, corp_code, corp_type, corp_name, contract_no,
    contract_amount, entry_time, pm_name, pm_id_hash, pm_id_mask
FROM core.municipal_participant;

INSERT INTO core.shared_person (
    source_id, source_version, valid_from, deleted, person_id, name, id_card_type, id_cipher, id_hash, id_mask, phone_cipher, phone_hash, phone_mask,
    employer_corp_code
)
SELECT
    'PE' || person.person_id, 1, timestamptz '2025-03-01 00:00+08', FALSE, 'R' || person.person_id,
    CASE WHEN row_number() OVER (ORDER BY person.person_id) % 500 = 7 THEN person.name || '一' ELSE person.name END, person.id_card_type,
    person.id_cipher, person.id_hash, person.id_mask, person.phone_cipher, person.phone_hash, person.phone_mask, worker.corp_code
FROM core.key_post_filled AS filled
INNER JOIN core.person AS person ON person.person_id = filled.person_id
INNER JOIN core.project_worker AS worker ON worker.project_code = filled.project_code AND worker.person_id = filled.person_id;

INSERT INTO core.shared_registration (
    source_id, source_version, valid_from, deleted, person_id, category, registration_no, level, specialties, employer_corp_code, issue_date,
    registered_until, status, safety_cert_class, safety_cert_no, safety_cert_valid_to, lock_project_code, lock_since
)
SELECT
    'RG' || filled.person_id, 1, timestamptz '2025-03-01 00:00+08', FALSE, 'R' || filled.person_id, filled.registration_category,
    filled.registration_no, filled.registration_level, '["建筑工程", "房屋建筑工程"]', worker.corp_code, date '2025-01-06', date '2028-10-07', '1',
    'B', '浙建安B' || filled.person_id, date '2028-10-07', filled.project_code, date '2025-09-11'
FROM core.key_post_filled AS filled
INNER JOIN core.project_worker AS worker ON worker.project_code = filled.project_code AND worker.person_id = filled.person_id
WHERE filled.registration_no IS NOT NULL;

INSERT INTO core.shared_key_post (
    source_id, source_version, valid_from, deleted, project_code, post_code, person_id, corp_code, corp_type, start_date, is_primary, appointment_doc_no
)
SELECT
    concat('KP', filled.project_code, filled.post_code), 1, timestamptz '2025-03-01 00:00+08', FALSE, filled.project_code, filled.post_code,
    'R' || filled.person_id, worker.corp_code, '009', filled.start_date, TRUE, concat('RM-', filled.project_code, filled.post_code)
FROM core.key_post_filled AS filled
INNER JOIN core.project_worker AS worker ON worker.project_code = filled.project_code AND worker.person_id = filled.person_id;

INSERT INTO ops.pull_cursor (object, area_code, updated_since, full_read_at, moved_at)
SELECT object, '330100', %(now)s, %(now)s, %(now)s
FROM unnest(ARRAY['project', 'corp', 'participant', 'person', 'registration', 'key_post']) AS object;

INSERT INTO ops.step_run (step, started_at, ended_at, state, summary)
VALUES ('pull_master_data', %(now)s, %(now)s, 'done', '{"project": {"new": 0}}')
