-- Shared objects that were not read to the end within their limit (:project_hours and the like) before :checked_at, and the rules of this run
-- that say nothing therefore. Reads ops.pull_cursor of the city and staged_rule. A cursor moves when a read has come to its end and only then;
-- without one the object was never read.
SELECT
    limits.object AS object_key,
    'readAt' AS field,
    cast(NULL AS text) AS project_code,
    concat('read within ', limits.hours, ' hours') AS expected,
    concat_ws(
        '; ',
        coalesce('last read ' || to_char(known.moved_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI'), 'never read'),
        (
            SELECT 'unknown: ' || string_agg(rule.rule_id, ', ' ORDER BY rule.rule_id)
            FROM staged_rule AS rule
            WHERE limits.object = any(rule.rests_on)
        )
    ) AS actual
FROM (
    VALUES
    ('project', cast(:project_hours AS integer)),
    ('corp', cast(:corp_hours AS integer)),
    ('participant', cast(:participant_hours AS integer)),
    ('person', cast(:person_hours AS integer)),
    ('registration', cast(:registration_hours AS integer)),
    ('key_post', cast(:key_post_hours AS integer))
) AS limits (object, hours)
LEFT JOIN ops.pull_cursor AS known ON known.object = limits.object AND known.area_code = :city_code
WHERE coalesce(known.moved_at < cast(:checked_at AS timestamptz) - make_interval(hours => limits.hours), TRUE);
