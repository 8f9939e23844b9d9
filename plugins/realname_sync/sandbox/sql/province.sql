-- The province: what it received. Identity numbers stand here in plain text; they are all invented.
-- arrived_at is the arrival clock's; punched_at and the dates are Asia/Shanghai.
create schema if not exists province;

create table if not exists province.receipt (
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

create table if not exists province.sub_contractor (
    project_code text not null,
    corp_code text not null,
    corp_type text not null,
    corp_name text not null,
    payload jsonb not null,
    serial_code text not null,
    primary key (project_code, corp_code, corp_type)
);

create sequence if not exists province.team_sys_no start with 3300200001;

create table if not exists province.team (
    team_sys_no bigint primary key default nextval('province.team_sys_no'),
    project_code text not null,
    corp_code text not null,
    team_name text not null,
    local_team_id text,
    payload jsonb not null,
    serial_code text not null,
    unique (project_code, corp_code, team_name),
    unique (project_code, local_team_id)
);

create table if not exists province.worker (
    project_code text not null,
    id_card_type text not null,
    id_number text not null,
    corp_code text not null,
    team_sys_no bigint references province.team (team_sys_no),
    worker_name text not null,
    identity_type smallint,
    is_team_leader boolean not null,
    payload jsonb not null,
    serial_code text not null,
    primary key (project_code, id_card_type, id_number)
);

create table if not exists province.entry_exit (
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

create index if not exists entry_exit_by_person on province.entry_exit (project_code, id_number);

-- The same punch is kept once, by device serial and record id; late ones are kept and marked.
create table if not exists province.attendance (
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
    device_sn text,
    device_record_id text,
    received_at timestamp,
    post_code text,
    has_image boolean not null,
    is_late boolean not null,
    arrived_at timestamptz not null,
    serial_code text not null
);

create unique index if not exists attendance_once on province.attendance (device_sn, device_record_id);
create index if not exists attendance_by_day on province.attendance (project_code, work_date, attendance_id);
create index if not exists attendance_by_date on province.attendance (work_date);


create table if not exists province.key_post (
    project_code text not null,
    post_code text not null,
    id_number text not null,
    worker_name text not null,
    payload jsonb not null,
    serial_code text not null,
    primary key (project_code, post_code, id_number)
);

create table if not exists province.device (
    device_sn text primary key,
    project_code text not null,
    payload jsonb not null,
    serial_code text not null
);
