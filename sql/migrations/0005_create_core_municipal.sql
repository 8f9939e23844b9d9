-- The municipal platform's objects as it has them now. `digest` is that of the raw row, so that an unchanged row costs nothing.
CREATE TABLE core.municipal_project (
    project_code text PRIMARY KEY, name text, category text, area_code text, address text, lng numeric, lat numeric,
    contractor_corp_code text, contractor_corp_name text, build_corp_code text, build_corp_name text,
    supervision_corp_code text, supervision_corp_name text, start_date date, plan_complete_date date, prj_status text,
    digest bytea NOT NULL
);
CREATE TABLE core.municipal_corp (
    corp_code text PRIMARY KEY, corp_name text, corp_type text, area_code text, legal_man text, register_date date, address text,
    digest bytea NOT NULL
);
CREATE TABLE core.municipal_participant (
    project_code text, corp_code text, corp_type text, corp_name text, contract_no text, contract_amount numeric,
    entry_time timestamptz, exit_time timestamptz, pm_name text, pm_id_cipher bytea, pm_id_hash bytea, pm_id_mask text,
    digest bytea NOT NULL, PRIMARY KEY (project_code, corp_code, corp_type)
);
CREATE TABLE core.team (
    team_id text PRIMARY KEY, project_code text, corp_code text, team_name text,
    leader_id_cipher bytea, leader_id_hash bytea, leader_id_mask text, entry_date date, exit_date date, digest bytea NOT NULL
);
CREATE TABLE core.person (
    person_id text PRIMARY KEY, name text, id_card_type text, id_cipher bytea, id_hash bytea, id_mask text, id_problem text,
    gender text, birthday date, nation text, address text, grant_org text, phone_cipher bytea, phone_hash bytea, phone_mask text,
    education text, politics text, head_image_size integer, digest bytea NOT NULL
);
COMMENT ON COLUMN core.person.id_problem IS
'what is wrong with the number: LENGTH, CHARSET, ADDRESS_PREFIX, DATE, CHECKSUM, MASKED; empty if nothing';
CREATE INDEX ON core.person (id_hash);
CREATE TABLE core.project_worker (
    project_code text, person_id text, team_id text, corp_code text, work_type text, work_role text, identity_type text,
    is_team_leader boolean, contract_kind text, safety_trained_at timestamptz, bank_card_cipher bytea, bank_card_hash bytea,
    bank_card_mask text, bank_code text, digest bytea NOT NULL, PRIMARY KEY (project_code, person_id)
);
CREATE INDEX ON core.project_worker (team_id);
CREATE TABLE core.key_post_filled (
    project_code text, post_code text, person_id text, registration_category text, registration_level text, registration_no text,
    start_date date, end_date date, digest bytea NOT NULL, PRIMARY KEY (project_code, post_code, person_id)
);
CREATE TABLE core.entry_exit (
    entry_exit_id text PRIMARY KEY, project_code text, person_id text, kind text, moved_on date, reason text, digest bytea NOT NULL
);
CREATE INDEX ON core.entry_exit (project_code, person_id, moved_on);
CREATE TABLE core.contract (
    project_code text, person_id text, corp_code text, contract_period_type text, contract_kind text, start_date date, end_date date,
    unit text, unit_price numeric, digest bytea NOT NULL, PRIMARY KEY (project_code, person_id)
);
CREATE TABLE core.training (
    training_id text PRIMARY KEY, project_code text, person_id text, training_date date, training_duration numeric, training_name text,
    training_type_code text, is_pass boolean, training_score numeric, digest bytea NOT NULL
);
CREATE TABLE core.payroll (
    payroll_id text PRIMARY KEY, project_code text, person_id text, corp_code text, team_id text, pay_month text, days integer,
    work_hours numeric, total_pay_amount numeric, actual_amount numeric, is_back_pay boolean, back_pay_month text, balance_date date,
    third_pay_roll_code text, pay_bank_card_cipher bytea, pay_bank_card_hash bytea, pay_bank_card_mask text, pay_bank_code text,
    pay_bank_name text, digest bytea NOT NULL
);
CREATE TABLE core.device (
    device_sn text PRIMARY KEY, project_code text, model text, role text, gate_name text, install_date date, standard_version text,
    status text, digest bytea NOT NULL
);
CREATE TABLE core.leave (
    leave_id text PRIMARY KEY, project_code text, person_id text, from_date date, to_date date, approved_by text, digest bytea NOT NULL
);
CREATE TABLE core.stop_work (
    stop_work_id text PRIMARY KEY, project_code text, from_date date, to_date date, approved_by text, digest bytea NOT NULL
);
