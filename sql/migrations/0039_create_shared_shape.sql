-- What the expectation suites look at of what is pulled: one view a shared object, its source_id in object_key, as in 0011.
CREATE FUNCTION quality.unread_shared(object_name text, id text, version bigint, field text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (
    SELECT core.as_text(landed.payload ->> field)
    FROM raw.integrity_row AS landed
    WHERE landed.object = object_name AND landed.source_id = id AND landed.source_version = version
);
COMMENT ON FUNCTION quality.unread_shared(text, text, bigint, text) IS
'what the integrity platform wrote where core has no value; called for such rows only, because it looks up the raw row';

CREATE VIEW quality.shape_shared_project AS
SELECT
    source_id AS object_key,
    project_code,
    investment_code,
    name,
    category,
    function_num,
    property_num,
    prj_size,
    area_code,
    address,
    build_corp_code,
    build_corp_name,
    contractor_corp_code,
    contractor_corp_name,
    supervision_corp_code,
    supervision_corp_name,
    start_date,
    plan_complete_date,
    actual_complete_date,
    prj_status,
    status_since,
    supervising_body_code,
    CASE WHEN lng IS NULL THEN quality.unread_shared('project', source_id, source_version, 'lng') END AS lng_unread,
    CASE WHEN lat IS NULL THEN quality.unread_shared('project', source_id, source_version, 'lat') END AS lat_unread,
    CASE WHEN invest IS NULL THEN quality.unread_shared('project', source_id, source_version, 'invest') END AS invest_unread,
    CASE
        WHEN building_area IS NULL THEN quality.unread_shared('project', source_id, source_version, 'buildingArea')
    END AS building_area_unread,
    CASE
        WHEN building_length IS NULL THEN quality.unread_shared('project', source_id, source_version, 'buildingLength')
    END AS building_length_unread,
    CASE
        WHEN contract_amount IS NULL THEN quality.unread_shared('project', source_id, source_version, 'contractAmount')
    END AS contract_amount_unread,
    CASE
        WHEN max_span IS NULL THEN quality.unread_shared('project', source_id, source_version, 'maxSpan')
    END AS max_span_unread,
    CASE WHEN floors IS NULL THEN quality.unread_shared('project', source_id, source_version, 'floors') END AS floors_unread,
    CASE WHEN jsonb_typeof(builder_licenses) = 'array' THEN nullif(cast(builder_licenses AS text), '[]') END AS builder_licenses,
    CASE WHEN jsonb_typeof(builder_licenses) NOT IN ('array', 'null') THEN jsonb_typeof(builder_licenses) END AS builder_licenses_unread,
    CASE
        WHEN start_date IS NULL THEN quality.unread_shared('project', source_id, source_version, 'startDate')
    END AS start_date_unread,
    CASE
        WHEN plan_complete_date IS NULL THEN quality.unread_shared('project', source_id, source_version, 'planCompleteDate')
    END AS plan_complete_date_unread,
    CASE
        WHEN actual_complete_date IS NULL THEN quality.unread_shared('project', source_id, source_version, 'actualCompleteDate')
    END AS actual_complete_date_unread,
    CASE
        WHEN status_since IS NULL THEN quality.unread_shared('project', source_id, source_version, 'statusSince')
    END AS status_since_unread
FROM core.current_project;

CREATE VIEW quality.shape_shared_corp AS
SELECT
    source_id AS object_key,
    corp_code,
    corp_name,
    corp_type,
    area_code,
    cast(NULL AS text) AS project_code,
    quality.masked_name(legal_man) AS legal_man,
    CASE WHEN jsonb_typeof(qualifications) = 'array' THEN nullif(cast(qualifications AS text), '[]') END AS qualifications,
    CASE WHEN jsonb_typeof(qualifications) NOT IN ('array', 'null') THEN jsonb_typeof(qualifications) END AS qualifications_unread
FROM core.current_corp;

CREATE VIEW quality.shape_shared_participant AS
SELECT
    source_id AS object_key,
    project_code,
    corp_code,
    corp_type,
    corp_name,
    contract_no,
    entry_time,
    exit_time,
    CASE
        WHEN contract_amount IS NULL THEN quality.unread_shared('participant', source_id, source_version, 'contractAmount')
    END AS contract_amount_unread,
    CASE
        WHEN entry_time IS NULL THEN quality.unread_shared('participant', source_id, source_version, 'entryTime')
    END AS entry_time_unread,
    CASE
        WHEN exit_time IS NULL THEN quality.unread_shared('participant', source_id, source_version, 'exitTime')
    END AS exit_time_unread,
    quality.masked_name(pm_name) AS pm_name
FROM core.current_participant;

CREATE VIEW quality.shape_shared_person AS
SELECT
    source_id AS object_key,
    person_id,
    id_card_type,
    employer_corp_code,
    cast(NULL AS text) AS project_code,
    quality.masked_name(name) AS name,
    nullif(id_mask, '*') AS id_card_number
FROM core.current_person;

CREATE VIEW quality.shape_shared_registration AS
SELECT
    source_id AS object_key,
    person_id,
    category,
    registration_no,
    level,
    employer_corp_code,
    issue_date,
    registered_until,
    status,
    safety_cert_class,
    safety_cert_no,
    safety_cert_valid_to,
    lock_project_code,
    lock_since,
    cast(NULL AS text) AS project_code,
    CASE WHEN jsonb_typeof(specialties) = 'array' THEN nullif(cast(specialties AS text), '[]') END AS specialties,
    CASE WHEN jsonb_typeof(specialties) NOT IN ('array', 'null') THEN jsonb_typeof(specialties) END AS specialties_unread,
    CASE
        WHEN issue_date IS NULL THEN quality.unread_shared('registration', source_id, source_version, 'issueDate')
    END AS issue_date_unread,
    CASE
        WHEN registered_until IS NULL THEN quality.unread_shared('registration', source_id, source_version, 'validTo')
    END AS registered_until_unread,
    CASE
        WHEN safety_cert_valid_to IS NULL THEN quality.unread_shared('registration', source_id, source_version, 'safetyCertValidTo')
    END AS safety_cert_valid_to_unread,
    CASE
        WHEN lock_since IS NULL THEN quality.unread_shared('registration', source_id, source_version, 'lockSince')
    END AS lock_since_unread
FROM core.current_registration;

CREATE VIEW quality.shape_shared_key_post AS
SELECT
    source_id AS object_key,
    project_code,
    post_code,
    person_id,
    corp_code,
    corp_type,
    start_date,
    end_date,
    appointment_doc_no,
    CASE
        WHEN start_date IS NULL THEN quality.unread_shared('key_post', source_id, source_version, 'startDate')
    END AS start_date_unread,
    CASE
        WHEN end_date IS NULL THEN quality.unread_shared('key_post', source_id, source_version, 'endDate')
    END AS end_date_unread,
    CASE
        WHEN is_primary IS NULL THEN quality.unread_shared('key_post', source_id, source_version, 'isPrimary')
        ELSE cast(cast(is_primary AS integer) AS text)
    END AS is_primary
FROM core.current_key_post;

GRANT SELECT ON
quality.shape_shared_project, quality.shape_shared_corp, quality.shape_shared_participant, quality.shape_shared_person,
quality.shape_shared_registration, quality.shape_shared_key_post
TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT EXECUTE ON FUNCTION quality.unread_shared(text, text, bigint, text)
TO realname_load, realname_build, realname_check, realname_send, realname_read;
