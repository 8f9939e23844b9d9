-- What rules compare and show with: normal forms, masks, validity of codes, and which projects are under construction.
CREATE FUNCTION quality.normal_form(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(
    lower(
        regexp_replace(
            translate(
                normalize(value, nfkc),
                '【】〔〕〖〗〈〉《》「」『』[]{}•‧∙・—–‐‑−',
                '()()()()()()()()()····-----'
            ),
            '[\s\u200b\ufeff]',
            '',
            'g'
        )
    ),
    ''
);
COMMENT ON FUNCTION quality.normal_form(text) IS
'one spelling for texts that mean the same: NFKC, no blanks, lower case, one kind of bracket, middle dot and dash; empty is NULL';

CREATE FUNCTION quality.masked_name(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN left(value, 1) || repeat('*', greatest(char_length(value) - 1, 1));
COMMENT ON FUNCTION quality.masked_name(text) IS
'first character and a star for each other one, so that the length still shows';

CREATE FUNCTION quality.holds_on(first_day date, last_day date, wanted date) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(first_day <= wanted, TRUE) AND coalesce(last_day >= wanted, TRUE);
COMMENT ON FUNCTION quality.holds_on(date, date, date) IS
'whether a period covers a day; both ends are included, an empty one is open';

CREATE FUNCTION quality.lies_within(area_code text, wider text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN starts_with(
    area_code,
    CASE WHEN right(wider, 4) = '0000' THEN left(wider, 2) WHEN right(wider, 2) = '00' THEN left(wider, 4) ELSE wider END
);
COMMENT ON FUNCTION quality.lies_within(text, text) IS
'whether a division lies in another: a province covers its cities, a city its counties';

CREATE FUNCTION quality.metres_between(lng_1 numeric, lat_1 numeric, lng_2 numeric, lat_2 numeric) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 2 * 6371008.8 * asin(
    sqrt(
        least(
            1.0,
            power(sin(radians(cast(lat_2 - lat_1 AS double precision)) / 2), 2)
            + cos(radians(cast(lat_1 AS double precision))) * cos(radians(cast(lat_2 AS double precision)))
            * power(sin(radians(cast(lng_2 - lng_1 AS double precision)) / 2), 2)
        )
    )
);
COMMENT ON FUNCTION quality.metres_between(numeric, numeric, numeric, numeric) IS
'great-circle distance of two places, degrees in and metres out';

CREATE FUNCTION quality.credit_code_problem(code text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN coalesce(code, '') = '' THEN 'EMPTY'
    WHEN char_length(code) <> 18 THEN 'LENGTH'
    WHEN code <> upper(code) THEN 'CASE'
    WHEN code !~ '^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$' THEN 'CHARSET'
    WHEN
        strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', right(code, 1)) - 1 <> (
            SELECT
                (
                    31 - sum(
                        (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(code, place, 1)) - 1)
                        * (ARRAY[1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28])[place]
                    ) % 31
                ) % 31
            FROM generate_series(1, 17) AS place
        ) THEN 'CHECKSUM'
END;
COMMENT ON FUNCTION quality.credit_code_problem(text) IS
'what is wrong with a unified social credit code (GB 32100-2015); NULL if nothing is';

CREATE FUNCTION quality.session_work_date() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
RETURN cast(current_setting('realname.work_date') AS date);
COMMENT ON FUNCTION quality.session_work_date() IS
'the work date the session was opened for, for readers that can only name a view';

CREATE FUNCTION quality.unread_text(object_name text, key text, column_name text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN (
    SELECT nullif(btrim(landed.payload ->> column_name, E' \t\r\n\u3000'), '')
    FROM raw.municipal_row AS landed
    WHERE landed.object = object_name AND landed.row_key = key AND landed.withdrawn_at IS NULL
);
COMMENT ON FUNCTION quality.unread_text(text, text, text) IS
'what the source wrote where core has no value; called for such rows only, because it looks up the raw row';

CREATE VIEW quality.project_under_construction AS
SELECT
    shared.project_code,
    shared.area_code,
    shared.supervision_corp_code
FROM core.current_project AS shared
INNER JOIN core.municipal_project AS copy ON copy.project_code = shared.project_code
WHERE shared.prj_status = '003' AND copy.prj_status = '003';
COMMENT ON VIEW quality.project_under_construction IS 'projects that both sides say are under construction';

CREATE VIEW quality.appointment AS
SELECT
    post.project_code,
    post.post_code,
    post.person_id,
    post.start_date,
    post.end_date,
    person.name,
    person.id_hash,
    person.id_mask
FROM core.current_key_post AS post
INNER JOIN core.current_person AS person ON person.person_id = post.person_id
WHERE person.id_hash IS NOT NULL;
COMMENT ON VIEW quality.appointment IS
'key posts as the integrity platform has them, with the number of the person appointed';

CREATE VIEW quality.post_filled AS
SELECT
    concat_ws('|', post.project_code, post.post_code, post.person_id) AS object_key,
    post.project_code,
    post.post_code,
    post.person_id,
    post.start_date,
    post.end_date,
    person.name,
    CASE WHEN coalesce(person.id_problem, '') = '' THEN person.id_hash END AS id_hash,
    person.id_mask
FROM core.key_post_filled AS post
INNER JOIN core.person AS person ON person.person_id = post.person_id;
COMMENT ON VIEW quality.post_filled IS
'key posts as filled on site; id_hash is empty where the person cannot be told by the number';

CREATE VIEW quality.only_project AS
SELECT
    person_id,
    min(project_code) AS project_code
FROM core.project_worker
GROUP BY person_id
HAVING min(project_code) = max(project_code);
COMMENT ON VIEW quality.only_project IS
'the project of a person who is on one only, so that findings about the person lie there';

-- What the expectation suites look at: one view an object, its key in object_key, texts as the source had them, personal
-- values masked to their length. Where core could not read a value as its type, <column>_unread has what the source wrote.

CREATE VIEW quality.shape_project AS
SELECT
    project_code AS object_key,
    project_code,
    name,
    category,
    area_code,
    address,
    contractor_corp_code,
    contractor_corp_name,
    build_corp_name,
    supervision_corp_name,
    prj_status,
    start_date,
    plan_complete_date,
    CASE WHEN start_date IS NULL THEN quality.unread_text('project', project_code, 'start_date') END AS start_date_unread,
    CASE
        WHEN plan_complete_date IS NULL THEN quality.unread_text('project', project_code, 'plan_complete_date')
    END AS plan_complete_date_unread,
    CASE WHEN lng IS NULL THEN quality.unread_text('project', project_code, 'lng') END AS lng_unread,
    CASE WHEN lat IS NULL THEN quality.unread_text('project', project_code, 'lat') END AS lat_unread
FROM core.municipal_project;

CREATE VIEW quality.shape_corp AS
SELECT
    corp_code AS object_key,
    corp_name,
    corp_type,
    area_code,
    address,
    cast(NULL AS text) AS project_code,
    quality.masked_name(legal_man) AS legal_man,
    CASE WHEN register_date IS NULL THEN quality.unread_text('corp', corp_code, 'register_date') END AS register_date_unread
FROM core.municipal_corp;

CREATE VIEW quality.shape_participant AS
SELECT
    project_code,
    corp_type,
    corp_name,
    contract_no,
    entry_time,
    exit_time,
    concat_ws('|', project_code, corp_code, corp_type) AS object_key,
    quality.masked_name(pm_name) AS pm_name,
    CASE
        WHEN contract_amount IS NULL
            THEN quality.unread_text('participant', concat_ws('|', project_code, corp_code, corp_type), 'contract_amount')
    END AS contract_amount_unread,
    CASE
        WHEN entry_time IS NULL
            THEN quality.unread_text('participant', concat_ws('|', project_code, corp_code, corp_type), 'entry_time')
    END AS entry_time_unread,
    CASE
        WHEN exit_time IS NULL
            THEN quality.unread_text('participant', concat_ws('|', project_code, corp_code, corp_type), 'exit_time')
    END AS exit_time_unread
FROM core.municipal_participant;

CREATE VIEW quality.shape_team AS
SELECT
    team_id AS object_key,
    project_code,
    team_id,
    corp_code,
    team_name,
    entry_date,
    exit_date,
    CASE WHEN entry_date IS NULL THEN quality.unread_text('team', team_id, 'entry_date') END AS entry_date_unread,
    CASE WHEN exit_date IS NULL THEN quality.unread_text('team', team_id, 'exit_date') END AS exit_date_unread
FROM core.team;

CREATE VIEW quality.shape_person AS
SELECT
    person.person_id AS object_key,
    only_project.project_code,
    person.id_card_type,
    person.nation,
    person.grant_org,
    person.education,
    person.politics,
    quality.masked_name(person.name) AS name,
    CASE WHEN coalesce(person.id_problem, '') <> 'EMPTY' THEN person.id_mask END AS id_number,
    quality.masked_name(person.address) AS address,
    nullif(person.phone_mask, '*') AS phone,
    nullif(person.head_image_size, 0) AS head_image
FROM core.person AS person
LEFT JOIN quality.only_project AS only_project ON only_project.person_id = person.person_id;

CREATE VIEW quality.shape_project_worker AS
SELECT
    project_code,
    team_id,
    corp_code,
    work_type,
    work_role,
    identity_type,
    contract_kind,
    bank_code,
    safety_trained_at,
    concat_ws('|', project_code, person_id) AS object_key,
    CASE
        WHEN is_team_leader IS NULL
            THEN quality.unread_text('project_worker', concat_ws('|', project_code, person_id), 'is_team_leader')
        ELSE cast(cast(is_team_leader AS integer) AS text)
    END AS is_team_leader,
    CASE
        WHEN safety_trained_at IS NULL
            THEN quality.unread_text('project_worker', concat_ws('|', project_code, person_id), 'safety_trained_at')
    END AS safety_trained_at_unread
FROM core.project_worker;

CREATE VIEW quality.shape_key_post AS
SELECT
    project_code,
    post_code,
    registration_category,
    registration_level,
    registration_no,
    start_date,
    concat_ws('|', project_code, post_code, person_id) AS object_key,
    CASE
        WHEN start_date IS NULL
            THEN quality.unread_text('key_post', concat_ws('|', project_code, post_code, person_id), 'start_date')
    END AS start_date_unread,
    CASE
        WHEN end_date IS NULL
            THEN quality.unread_text('key_post', concat_ws('|', project_code, post_code, person_id), 'end_date')
    END AS end_date_unread
FROM core.key_post_filled;

CREATE VIEW quality.shape_entry_exit AS
SELECT
    entry_exit_id AS object_key,
    project_code,
    person_id,
    kind,
    reason,
    moved_on AS date,
    CASE WHEN moved_on IS NULL THEN quality.unread_text('entry_exit', entry_exit_id, 'date') END AS date_unread
FROM core.entry_exit;

CREATE VIEW quality.shape_contract AS
SELECT
    project_code,
    corp_code,
    contract_period_type,
    contract_kind,
    start_date,
    end_date,
    unit,
    concat_ws('|', project_code, person_id) AS object_key,
    CASE
        WHEN start_date IS NULL THEN quality.unread_text('contract', concat_ws('|', project_code, person_id), 'start_date')
    END AS start_date_unread,
    CASE
        WHEN end_date IS NULL THEN quality.unread_text('contract', concat_ws('|', project_code, person_id), 'end_date')
    END AS end_date_unread,
    CASE
        WHEN unit_price IS NULL THEN quality.unread_text('contract', concat_ws('|', project_code, person_id), 'unit_price')
    END AS unit_price_unread
FROM core.contract;

CREATE VIEW quality.shape_training AS
SELECT
    training_id AS object_key,
    project_code,
    person_id,
    training_date,
    training_duration,
    training_name,
    training_type_code,
    CASE
        WHEN is_pass IS NULL THEN quality.unread_text('training', training_id, 'is_pass')
        ELSE cast(cast(is_pass AS integer) AS text)
    END AS is_pass,
    CASE
        WHEN training_date IS NULL THEN quality.unread_text('training', training_id, 'training_date')
    END AS training_date_unread,
    CASE
        WHEN training_duration IS NULL THEN quality.unread_text('training', training_id, 'training_duration')
    END AS training_duration_unread,
    CASE
        WHEN training_score IS NULL THEN quality.unread_text('training', training_id, 'training_score')
    END AS training_score_unread
FROM core.training;

CREATE VIEW quality.shape_payroll AS
SELECT
    payroll_id AS object_key,
    project_code,
    person_id,
    corp_code,
    pay_month,
    total_pay_amount,
    actual_amount,
    back_pay_month,
    balance_date,
    third_pay_roll_code,
    pay_bank_code,
    pay_bank_name,
    nullif(pay_bank_card_mask, '*') AS pay_bank_card_number,
    CASE
        WHEN is_back_pay IS NULL THEN quality.unread_text('payroll', payroll_id, 'is_back_pay')
        ELSE cast(cast(is_back_pay AS integer) AS text)
    END AS is_back_pay,
    CASE WHEN days IS NULL THEN quality.unread_text('payroll', payroll_id, 'days') END AS days_unread,
    CASE WHEN work_hours IS NULL THEN quality.unread_text('payroll', payroll_id, 'work_hours') END AS work_hours_unread,
    CASE
        WHEN total_pay_amount IS NULL THEN quality.unread_text('payroll', payroll_id, 'total_pay_amount')
    END AS total_pay_amount_unread,
    CASE
        WHEN actual_amount IS NULL THEN quality.unread_text('payroll', payroll_id, 'actual_amount')
    END AS actual_amount_unread,
    CASE WHEN balance_date IS NULL THEN quality.unread_text('payroll', payroll_id, 'balance_date') END AS balance_date_unread
FROM core.payroll;

CREATE VIEW quality.shape_device AS
SELECT
    device_sn AS object_key,
    project_code,
    device_sn,
    model,
    role,
    gate_name,
    install_date,
    standard_version,
    status,
    CASE WHEN install_date IS NULL THEN quality.unread_text('device', device_sn, 'install_date') END AS install_date_unread
FROM core.device;

CREATE VIEW quality.shape_leave AS
SELECT
    leave_id AS object_key,
    project_code,
    person_id,
    from_date,
    to_date,
    CASE WHEN from_date IS NULL THEN quality.unread_text('leave', leave_id, 'from_date') END AS from_date_unread,
    CASE WHEN to_date IS NULL THEN quality.unread_text('leave', leave_id, 'to_date') END AS to_date_unread
FROM core.leave;

CREATE VIEW quality.shape_stop_work AS
SELECT
    stop_work_id AS object_key,
    project_code,
    from_date,
    to_date,
    CASE WHEN from_date IS NULL THEN quality.unread_text('stop_work', stop_work_id, 'from_date') END AS from_date_unread,
    CASE WHEN to_date IS NULL THEN quality.unread_text('stop_work', stop_work_id, 'to_date') END AS to_date_unread
FROM core.stop_work;

CREATE VIEW quality.shape_punch AS
SELECT
    punch_id AS object_key,
    device_sn,
    device_record_id,
    punched_at,
    direction,
    attend_type,
    nullif(project_code, '') AS project_code,
    nullif(person_id, '') AS person_id,
    cast(extract(EPOCH FROM punched_at - received_at) AS double precision) / 86400 AS days_after_receipt
FROM core.punch
WHERE work_date = quality.session_work_date() AND withdrawn_at IS NULL;
COMMENT ON VIEW quality.shape_punch IS
'the punches of the work date the session was opened for (setting realname.work_date)';

GRANT SELECT ON ALL TABLES IN SCHEMA quality TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA quality TO realname_load, realname_build, realname_check, realname_send, realname_read;
