-- The integrity platform: shared master data, corrections, lamps. Times without zone are Asia/Shanghai.
create schema if not exists integrity;

-- payload holds all fields of the object by wire name; identity and permit numbers stand in it in plain text.
create table if not exists integrity.shared_row (
    object text not null check (
        object in ('project', 'corp', 'participant', 'person', 'registration', 'key_post')
    ),
    source_id text collate "C" not null,
    source_version integer not null,
    updated_at timestamp(0) not null,
    deleted boolean not null default false,
    area_code text not null,
    payload jsonb not null,
    primary key (object, source_id)
);

create index if not exists shared_row_by_change on integrity.shared_row (object, updated_at, source_id);
create index if not exists shared_row_by_project on integrity.shared_row (object, (payload ->> 'projectCode'));
create index if not exists shared_row_by_person on integrity.shared_row ((payload ->> 'idCardNumber'))
where object = 'person';

create table if not exists integrity.lamp (
    lamp_id text collate "C" primary key,
    project_code text not null,
    area_code text not null,
    rule_code text not null,
    lit_at timestamp(0) not null,
    cleared_at timestamp(0),
    detail text not null default '',
    updated_at timestamp(0) not null
);

create sequence if not exists integrity.lamp_no;

-- status: 1 received, 2 accepted, 3 rejected, 4 applied
create table if not exists integrity.correction (
    ticket_no text collate "C" primary key,
    object_type text not null,
    source_id text not null,
    source_version integer not null,
    field text not null,
    shared_value text,
    municipal_value text,
    reason text,
    status smallint not null default 1 check (status between 1 and 4),
    reject_reason text,
    applied_version integer,
    appid text not null,
    created_at timestamp(0) not null,
    updated_at timestamp(0) not null
);

create unique index if not exists correction_open on integrity.correction (object_type, source_id, field)
where status in (1, 2);

create sequence if not exists integrity.ticket_no;

create table if not exists integrity.rectification (
    rectification_id bigint generated always as identity primary key,
    lamp_id text not null references integrity.lamp (lamp_id),
    project_code text not null,
    measure text not null,
    done_at timestamp(0) not null,
    attachment_count integer not null,
    serial_code text not null,
    arrived_at timestamptz not null
);

create table if not exists integrity.receipt (
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
