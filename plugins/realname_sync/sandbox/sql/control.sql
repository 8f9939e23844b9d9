-- Who may call which platform, and every call the platforms received.
create schema if not exists control;

create table if not exists control.credential (
    platform text not null check (platform in ('integrity', 'province', 'nation')),
    appid text not null,
    secret text not null,
    project_code text, -- null: the pair is good for every project of its area
    area_code text, -- null: the pair is good for every area
    primary key (platform, appid)
);

-- One row a call, whatever became of it. received_at is judged by the wall clock, as time stamps and nonces are.
create table if not exists control.call (
    call_id bigint generated always as identity primary key,
    platform text not null,
    method text,
    is_write boolean not null,
    appid text,
    project_code text,
    nonce text,
    code integer, -- null: no answer of the protocol was given
    http_status integer, -- null: the connection was dropped
    fault text, -- the faults that were switched on for this call
    serial_code text,
    row_count integer,
    request_bytes integer not null,
    data_sha256 text,
    received_at timestamptz not null,
    elapsed_ms double precision not null
);

create index if not exists call_by_platform on control.call (platform, method);
create index if not exists call_by_time on control.call (platform, received_at);

-- Only kept where the servers were told to: the form but for nonce, timestamp and sign, and the answer that went back.
alter table control.call add column if not exists request text;
alter table control.call add column if not exists answer text;

-- Every start of the servers takes one number, so that serial codes never come twice.
create sequence if not exists control.serving_run;
