-- A day of punches: four a worker for three workers of four, two for the fourth, written in the order they arrive. Of every 5 000, one comes
-- from a device that nobody knows and one from a person who is not on the roster of its project. Runs in the municipal database.
INSERT INTO attendance (project_code, person_id, device_sn, device_record_id, punched_at, received_at, direction, attend_type, image_ref, lng, lat)
SELECT
    roster.project_code,
    CASE WHEN made.mark = 1 THEN concat('N', substr(roster.person_id, 2)) ELSE roster.person_id END,
    CASE WHEN made.mark = 2 THEN concat('XX', substr(made.device_sn, 3)) ELSE made.device_sn END,
    concat(to_char(made.at, 'DDD'), roster.person_id, slot.number),
    made.at,
    made.at + make_interval(secs => made.mark %% 40 + 3),
    slot.direction,
    '001',
    concat('captures/', made.device_sn, '/', to_char(made.at, 'YYYYMMDD/HH24MISS'), '-', roster.person_id, '.jpg'),
    120.13,
    30.24
FROM (
    SELECT *, cast(substr(person_id, 2) AS bigint) AS number
    FROM project_worker
) AS roster
CROSS JOIN (
    VALUES (1, '01', interval '6 hours 40 minutes'), (2, '02', interval '11 hours 10 minutes'),
    (3, '01', interval '12 hours 50 minutes'), (4, '02', interval '17 hours 20 minutes')
) AS slot (number, direction, opens)
CROSS JOIN LATERAL (
    SELECT
        %(day)s::date + slot.opens + make_interval(secs => (roster.number * 7919 + slot.number * 104729) %% 2400) AS at,
        (roster.number * 31 + slot.number * 7) %% 5000 AS mark,
        concat(
            'HZ', substr(roster.team_id, 2, 6), CASE slot.direction WHEN '01' THEN 0 ELSE 2 END + roster.number %% 2
        ) AS device_sn
) AS made
WHERE roster.number <= %(workers)s AND (roster.number %% 4 <> 0 OR slot.number IN (1, 4))
ORDER BY 6, 2, 3
LIMIT %(rows)s
