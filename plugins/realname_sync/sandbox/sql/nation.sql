-- The national platform: what it received. Identity numbers stand here in plain text; they are all invented.
-- arrived_at is the arrival clock's; punched_at and the dates are Asia/Shanghai.
create schema if not exists nation;

create table if not exists nation.receipt (
    serial_code text primary key,
    method text not null,
    appid text not null,
    project_code text,
    row_count integer not null,
    accepted_at timestamptz not null,
    ready_at timestamptz not null,
    status smallint not null check (status in (10, 20)),
    result text not null
);

create table if not exists nation.corp (
    corp_code text primary key,
    corp_name text not null,
    payload jsonb not null,
    serial_code text not null
);

create table if not exists nation.sub_contractor (
    project_code text not null,
    corp_code text not null,
    corp_type text not null,
    corp_name text not null,
    payload jsonb not null,
    serial_code text not null,
    primary key (project_code, corp_code, corp_type)
);

create sequence if not exists nation.team_sys_no start with 1000100001;

create table if not exists nation.team (
    team_sys_no bigint primary key default nextval('nation.team_sys_no'),
    project_code text not null,
    corp_code text not null,
    team_name text not null,
    local_team_id text, -- stays null: the nation knows no such field
    payload jsonb not null,
    serial_code text not null,
    unique (project_code, corp_code, team_name)
);

create table if not exists nation.worker (
    project_code text not null,
    id_card_type text not null,
    id_number text not null,
    corp_code text not null,
    team_sys_no bigint references nation.team (team_sys_no),
    worker_name text not null,
    identity_type smallint, -- stays null: the nation knows no such field
    is_team_leader boolean not null,
    payload jsonb not null,
    serial_code text not null,
    primary key (project_code, id_card_type, id_number)
);

create table if not exists nation.entry_exit (
    entry_exit_id bigint generated always as identity primary key,
    project_code text not null,
    id_card_type text not null,
    id_number text not null,
    corp_code text,
    team_sys_no bigint,
    moved_on date not null,
    kind smallint not null check (kind in (0, 1)), -- 1 entry, 0 exit
    reason text,
    serial_code text not null
);

create index if not exists entry_exit_by_person on nation.entry_exit (project_code, id_number);

-- No unique key: the same punch sent twice is stored twice and counts twice.
create table if not exists nation.attendance (
    attendance_id bigint generated always as identity primary key,
    project_code text not null,
    team_sys_no bigint,
    id_card_type text not null,
    id_number text not null,
    punched_at timestamp not null,
    work_date date not null,
    direction text not null,
    attend_type text,
    channel text,
    lng numeric,
    lat numeric,
    device_sn text, -- this and the next three stay null: the nation knows no such fields
    device_record_id text,
    received_at timestamp,
    post_code text,
    has_image boolean not null,
    is_late boolean not null,
    arrived_at timestamptz not null,
    serial_code text not null
);

create index if not exists attendance_by_day on nation.attendance (project_code, work_date, attendance_id);
create index if not exists attendance_by_date on nation.attendance (work_date);
