-- The municipal real-name platform's database, as its vendor keeps it. Nothing but keys is enforced: dirt is part of the practice.
-- Times without zone are Asia/Shanghai. Seeding the sandbox drops these tables and fills them anew.
drop table if exists project_copy, corp_copy, participant_copy, team, person, project_worker, key_post_filled, entry_exit,
contract, training, payroll, device, attendance, leave, stop_work;

create table project_copy (
    project_code text primary key,
    name text,
    category text,
    area_code text,
    address text,
    lng numeric, -- WGS-84
    lat numeric,
    contractor_corp_code text,
    contractor_corp_name text,
    build_corp_code text,
    build_corp_name text,
    supervision_corp_code text,
    supervision_corp_name text,
    start_date date,
    plan_complete_date date,
    prj_status text,
    updated_at timestamp
);

create table corp_copy (
    corp_code text primary key,
    corp_name text,
    corp_type text, -- registration type
    area_code text,
    legal_man text,
    register_date date,
    address text,
    updated_at timestamp
);

create table participant_copy (
    project_code text,
    corp_code text,
    corp_type text, -- participation type
    corp_name text,
    contract_no text,
    contract_amount numeric, -- 10 000 yuan
    entry_time timestamp,
    exit_time timestamp,
    pm_name text,
    pm_id_card_number text,
    updated_at timestamp,
    primary key (project_code, corp_code, corp_type)
);

create table team (
    team_id text primary key,
    project_code text,
    corp_code text,
    team_name text,
    leader_id_number text,
    entry_date date,
    exit_date date,
    updated_at timestamp
);

create table person (
    person_id text primary key,
    name text,
    id_card_type text,
    id_number text,
    gender text, -- 0 male, 1 female
    birthday date,
    nation text,
    address text,
    grant_org text,
    phone text,
    education text,
    politics text,
    head_image text, -- Base64 with a data-URI prefix
    updated_at timestamp
);

create table project_worker (
    project_code text,
    person_id text,
    team_id text, -- null for management staff without a team
    corp_code text,
    work_type text,
    work_role text, -- 10 manager, 20 worker
    identity_type text, -- 1 owner's, 2 supervision, 3 general contractor's, 4 other participant's staff, 5 worker
    is_team_leader integer,
    contract_kind text, -- 1 labour contract, 2 written agreement
    safety_trained_at timestamp,
    bank_card_number text,
    bank_code text,
    updated_at timestamp,
    primary key (project_code, person_id)
);

create table key_post_filled (
    project_code text,
    post_code text,
    person_id text,
    registration_category text,
    registration_level text,
    registration_no text,
    start_date date,
    end_date date, -- the last day in the post; null while it is open
    updated_at timestamp,
    primary key (project_code, post_code, person_id)
);

create table entry_exit (
    id text primary key,
    project_code text,
    person_id text,
    kind integer, -- 1 entry, 0 exit
    date date,
    reason text,
    updated_at timestamp
);

create table contract (
    project_code text,
    person_id text,
    corp_code text,
    contract_period_type text,
    contract_kind text,
    start_date date,
    end_date date,
    unit text,
    unit_price numeric, -- yuan
    updated_at timestamp,
    primary key (project_code, person_id)
);

create table training (
    id text primary key,
    project_code text,
    person_id text,
    training_date date,
    training_duration numeric, -- hours
    training_name text,
    training_type_code text,
    is_pass integer,
    training_score numeric, -- 0 to 100
    updated_at timestamp
);

create table payroll (
    id text primary key,
    project_code text,
    person_id text,
    corp_code text,
    team_id text,
    pay_month text, -- yyyy-MM
    days integer,
    work_hours numeric,
    total_pay_amount numeric, -- yuan
    actual_amount numeric,
    is_back_pay integer,
    back_pay_month text,
    balance_date date,
    third_pay_roll_code text,
    pay_bank_card_number text,
    pay_bank_code text,
    pay_bank_name text,
    updated_at timestamp
);

create table device (
    device_sn text primary key,
    project_code text,
    model text,
    role text, -- in, out, both
    gate_name text,
    install_date date,
    standard_version text,
    status text, -- 1 in use, 0 out of use
    updated_at timestamp
);

-- The vendor gives ids at insert and they are seen at commit, so they are not quite in the order of received_at.
create table attendance (
    id bigserial primary key,
    project_code text,
    person_id text,
    device_sn text,
    device_record_id text, -- null from devices that count nothing
    punched_at timestamp, -- the device's clock
    received_at timestamp, -- the platform's clock
    direction text,
    attend_type text,
    image_ref text,
    lng numeric,
    lat numeric
);

create index attendance_by_punch on attendance (punched_at);
create index attendance_by_receipt on attendance (received_at);

create table leave (
    id text primary key,
    project_code text,
    person_id text,
    from_date date,
    to_date date,
    approved_by text,
    updated_at timestamp
);

create table stop_work (
    id text primary key,
    project_code text,
    from_date date,
    to_date date,
    approved_by text,
    updated_at timestamp
);
