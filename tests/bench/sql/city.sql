-- An invented city of the wanted size in the sandbox's municipal tables, by set: a project for 200 workers, ten teams a project, four devices.
-- Everything follows from the numbers, so that the same size gives the same city. Reads size (temporary).
CREATE FUNCTION pg_temp.citizen_number(worker bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT body || substr('10X98765432', (
        SELECT cast(sum(cast(substr(body, place, 1) AS integer) * (ARRAY[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])[place]) % 11 AS integer)
        FROM generate_series(1, 17) AS place
    ) + 1, 1)
    FROM (
        SELECT '330000' || to_char(date '1970-01-01' + cast(worker % 11000 AS integer), 'YYYYMMDD') || lpad(cast(worker / 11000 AS text), 3, '0') AS body
    ) AS number
$$;

CREATE FUNCTION pg_temp.credit_code(corp bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT body || substr('0123456789ABCDEFGHJKLMNPQRTUWXY', cast((31 - ( -- pragma: allowlist secret
        SELECT sum((position(substr(body, place, 1) IN '0123456789ABCDEFGHJKLMNPQRTUWXY') - 1) -- pragma: allowlist secret
            * (ARRAY[1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28])[place]) % 31
        FROM generate_series(1, 17) AS place
    )) % 31 AS integer) + 1, 1)
    FROM (SELECT '91330106MA' || lpad(cast(corp AS text), 7, '0') AS body) AS code
$$;

CREATE TEMPORARY TABLE corp ON COMMIT DROP AS
SELECT
    number,
    pg_temp.credit_code(number) AS corp_code,
    concat('杭州', (ARRAY['沐峰', '稷栎', '翊舟', '岑宸', '澔钧', '槐川', '峤川'])[number % 7 + 1], number, '建设有限公司') AS corp_name
FROM generate_series(1, (SELECT projects / 2 + 3 FROM size)) AS number;

INSERT INTO corp_copy (corp_code, corp_name, corp_type, area_code, legal_man, register_date, address, updated_at)
SELECT corp_code, corp_name, '150', '330106', '赵华祥', date '2012-05-04', concat('浙江省西湖区文一西路', number, '号'), timestamp '2026-08-28 02:15:07'
FROM corp;

CREATE TEMPORARY TABLE place ON COMMIT DROP AS
SELECT
    project.number,
    concat(area.code, '25030101', lpad(cast(project.number / 13 AS text), 4, '0')) AS project_code,
    area.code AS area_code,
    contractor.corp_code AS contractor,
    contractor.corp_name AS contractor_name,
    builder.corp_code AS builder,
    builder.corp_name AS builder_name,
    supervisor.corp_code AS supervisor,
    supervisor.corp_name AS supervisor_name
FROM generate_series(1, (SELECT projects FROM size)) AS project (number)
CROSS JOIN LATERAL (
    SELECT (ARRAY[
        '330102', '330105', '330106', '330108', '330109', '330110', '330111', '330112', '330113', '330114', '330122', '330127', '330182'
    ])[project.number % 13 + 1] AS code
) AS area
INNER JOIN corp AS contractor ON contractor.number = project.number % (SELECT projects / 2 + 3 FROM size) + 1
INNER JOIN corp AS builder ON builder.number = (project.number + 1) % (SELECT projects / 2 + 3 FROM size) + 1
INNER JOIN corp AS supervisor ON supervisor.number = (project.number + 2) % (SELECT projects / 2 + 3 FROM size) + 1;

INSERT INTO project_copy
SELECT
    project_code, concat('良渚', number, '地块安置房工程'), '01', area_code, concat('杭州市文晖路', number, '号'), 120.13, 30.24,
    contractor, contractor_name, builder, builder_name, supervisor, supervisor_name,
    date '2025-03-28', date '2028-05-01', '003', timestamp '2025-09-04 02:15:07'
FROM place;

CREATE TEMPORARY TABLE worker ON COMMIT DROP AS
SELECT
    number,
    concat('P', lpad(cast(number AS text), 8, '0')) AS person_id,
    pg_temp.citizen_number(number) AS id_number,
    (number - 1) % (SELECT projects FROM size) + 1 AS project,
    (number - 1) / (SELECT projects FROM size) AS place_in_project
FROM generate_series(1, (SELECT workers FROM size)) AS number;
CREATE INDEX ON worker (project);
ANALYZE worker, place;

INSERT INTO participant_copy
SELECT
    place.project_code, party.corp_code, party.corp_type, party.corp_name, concat('HT-2025-', lpad(cast(place.number AS text), 5, '0')), 34945.02,
    timestamp '2025-09-21 09:00', NULL, '林荣浩', lead.id_number, timestamp '2025-09-22 02:15:07'
FROM place
INNER JOIN worker AS lead ON lead.project = place.number AND lead.place_in_project = 0
CROSS JOIN LATERAL (
    VALUES (builder, '008', builder_name), (contractor, '009', contractor_name), (supervisor, '007', supervisor_name)
) AS party (corp_code, corp_type, corp_name);

INSERT INTO team
SELECT
    concat('T', lpad(cast(place.number AS text), 6, '0'), team.number), place.project_code, place.contractor, concat('木工', team.number, '班'),
    lead.id_number, date '2025-09-11', NULL, timestamp '2025-09-12 02:15:07'
FROM place
CROSS JOIN generate_series(0, 9) AS team (number)
INNER JOIN worker AS lead ON lead.project = place.number AND lead.place_in_project = team.number;

INSERT INTO person
SELECT
    person_id, (ARRAY['魏娟', '萧永福', '林荣浩', '谭明永', '罗亮', '萧凤兰', '丁斌'])[number % 7 + 1], '01', id_number,
    CASE WHEN cast(substr(id_number, 17, 1) AS integer) % 2 = 1 THEN '0' ELSE '1' END, to_date(substr(id_number, 7, 8), 'YYYYMMDD'),
    '汉', concat('浙江省富阳区迎宾路', number % 900 + 1, '号'), '富阳区公安局', concat('140', lpad(cast(number AS text), 8, '0')), '04', '13',
    'data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMU',
    timestamp '2026-03-11 02:15:07'
FROM worker;

INSERT INTO project_worker
SELECT
    place.project_code, worker.person_id, concat('T', lpad(cast(place.number AS text), 6, '0'), worker.place_in_project % 10), place.contractor,
    CASE WHEN worker.place_in_project < 8 THEN '900' ELSE '030' END,
    CASE WHEN worker.place_in_project < 8 THEN '10' ELSE '20' END,
    CASE WHEN worker.place_in_project < 8 THEN '3' ELSE '5' END,
    CASE WHEN worker.place_in_project < 10 THEN 1 ELSE 0 END, '1', timestamp '2025-09-24 09:15:07',
    concat('62000040', lpad(cast(worker.number AS text), 11, '0')), '105', timestamp '2026-03-11 02:15:07'
FROM worker
INNER JOIN place ON place.number = worker.project;

INSERT INTO key_post_filled
SELECT
    place.project_code, (ARRAY['G01', 'G02', 'G03', 'G04', 'J01', 'J02', 'J03', 'J04'])[worker.place_in_project + 1], worker.person_id,
    CASE worker.place_in_project WHEN 0 THEN '注册建造师' WHEN 4 THEN '注册监理工程师' END,
    CASE worker.place_in_project WHEN 0 THEN '1' END,
    CASE WHEN worker.place_in_project IN (0, 4) THEN concat('浙133', lpad(cast(worker.number AS text), 9, '0')) END,
    date '2025-09-11', NULL, timestamp '2025-09-12 02:15:07'
FROM worker
INNER JOIN place ON place.number = worker.project
WHERE worker.place_in_project < 8;

INSERT INTO entry_exit
SELECT
    concat('E', lpad(cast(worker.number AS text), 8, '0')), place.project_code, worker.person_id, 1, date '2025-09-11', '进场',
    timestamp '2025-09-12 02:15:07'
FROM worker
INNER JOIN place ON place.number = worker.project;

INSERT INTO contract
SELECT
    place.project_code, worker.person_id, place.contractor, '0', '1', date '2025-09-11', date '2028-09-11', NULL, NULL, timestamp '2025-09-12 02:15:07'
FROM worker
INNER JOIN place ON place.number = worker.project;

INSERT INTO training
SELECT
    concat('X', lpad(cast(worker.number AS text), 8, '0')), place.project_code, worker.person_id, date '2025-09-11', 8.0, '进场三级安全教育', '003002',
    1, 86.9, timestamp '2025-09-12 02:15:07'
FROM worker
INNER JOIN place ON place.number = worker.project;

INSERT INTO device
SELECT
    concat('HZ', lpad(cast(place.number AS text), 6, '0'), gate.number), place.project_code, 'HZ-F320', CASE WHEN gate.number < 2 THEN 'in' ELSE 'out' END,
    (ARRAY['东大门', '西大门', '南门', '北门'])[gate.number + 1], date '2025-08-14', '2021', '1', timestamp '2025-08-15 02:15:07'
FROM place
CROSS JOIN generate_series(0, 3) AS gate (number);
