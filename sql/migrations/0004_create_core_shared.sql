-- Shared master data of the integrity platform: every version, valid from one update to the next. Nobody here edits it.
CREATE TABLE core.shared_project (
    source_id text NOT NULL, source_version bigint NOT NULL, valid_from timestamptz NOT NULL, valid_to timestamptz, deleted boolean NOT NULL,
    project_code text, investment_code text, name text, category text, function_num text, property_num text, prj_size text,
    area_code text, address text, lng numeric, lat numeric, invest numeric, building_area numeric, building_length numeric,
    contract_amount numeric, max_span numeric, floors integer,
    build_corp_code text, build_corp_name text, contractor_corp_code text, contractor_corp_name text,
    supervision_corp_code text, supervision_corp_name text, builder_licenses jsonb, start_date date, plan_complete_date date,
    actual_complete_date date, prj_status text, status_since date, supervising_body_code text,
    PRIMARY KEY (source_id, source_version)
);
CREATE TABLE core.shared_corp (
    source_id text NOT NULL, source_version bigint NOT NULL, valid_from timestamptz NOT NULL, valid_to timestamptz, deleted boolean NOT NULL,
    corp_code text, corp_name text, corp_type text, area_code text, legal_man text, qualifications jsonb,
    PRIMARY KEY (source_id, source_version)
);
CREATE TABLE core.shared_participant (
    source_id text NOT NULL, source_version bigint NOT NULL, valid_from timestamptz NOT NULL, valid_to timestamptz, deleted boolean NOT NULL,
    project_code text, corp_code text, corp_type text, corp_name text, contract_no text, contract_amount numeric,
    entry_time timestamptz, exit_time timestamptz, pm_name text, pm_id_hash bytea, pm_id_mask text,
    PRIMARY KEY (source_id, source_version)
);
CREATE TABLE core.shared_person (
    source_id text NOT NULL, source_version bigint NOT NULL, valid_from timestamptz NOT NULL, valid_to timestamptz, deleted boolean NOT NULL,
    person_id text, name text, id_card_type text, id_cipher bytea, id_hash bytea, id_mask text,
    phone_cipher bytea, phone_hash bytea, phone_mask text, employer_corp_code text,
    PRIMARY KEY (source_id, source_version)
);
CREATE TABLE core.shared_registration (
    source_id text NOT NULL, source_version bigint NOT NULL, valid_from timestamptz NOT NULL, valid_to timestamptz, deleted boolean NOT NULL,
    person_id text, category text, registration_no text, level text, specialties jsonb, employer_corp_code text,
    issue_date date, registered_until date, status text, safety_cert_class text, safety_cert_no text, safety_cert_valid_to date,
    lock_project_code text, lock_since date,
    PRIMARY KEY (source_id, source_version)
);
COMMENT ON COLUMN core.shared_registration.registered_until IS 'validTo of the standard: last day the registration holds';
CREATE TABLE core.shared_key_post (
    source_id text NOT NULL, source_version bigint NOT NULL, valid_from timestamptz NOT NULL, valid_to timestamptz, deleted boolean NOT NULL,
    project_code text, post_code text, person_id text, corp_code text, corp_type text,
    start_date date, end_date date, is_primary boolean, appointment_doc_no text,
    PRIMARY KEY (source_id, source_version)
);

-- The version that holds now: what rules and deliveries read.
CREATE VIEW core.current_project AS SELECT * FROM core.shared_project
WHERE valid_to IS NULL AND NOT deleted;
CREATE VIEW core.current_corp AS SELECT * FROM core.shared_corp
WHERE valid_to IS NULL AND NOT deleted;
CREATE VIEW core.current_participant AS SELECT * FROM core.shared_participant
WHERE valid_to IS NULL AND NOT deleted;
CREATE VIEW core.current_person AS SELECT * FROM core.shared_person
WHERE valid_to IS NULL AND NOT deleted;
CREATE VIEW core.current_registration AS SELECT * FROM core.shared_registration
WHERE valid_to IS NULL AND NOT deleted;
CREATE VIEW core.current_key_post AS SELECT * FROM core.shared_key_post
WHERE valid_to IS NULL AND NOT deleted;

CREATE INDEX ON core.shared_project (project_code) WHERE valid_to IS NULL;
CREATE INDEX ON core.shared_corp (corp_code) WHERE valid_to IS NULL;
CREATE INDEX ON core.shared_participant (project_code, corp_code, corp_type) WHERE valid_to IS NULL;
CREATE INDEX ON core.shared_person (id_hash) WHERE valid_to IS NULL;
CREATE INDEX ON core.shared_person (person_id) WHERE valid_to IS NULL;
CREATE INDEX ON core.shared_registration (person_id) WHERE valid_to IS NULL;
CREATE INDEX ON core.shared_key_post (project_code, post_code) WHERE valid_to IS NULL;
