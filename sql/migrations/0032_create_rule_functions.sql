-- What the rules on age, equipment and refusals count and say with.
CREATE FUNCTION quality.full_years(birthday date, wanted date) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cast(extract(YEAR FROM age(cast(wanted AS timestamp), cast(birthday AS timestamp))) AS integer);
COMMENT ON FUNCTION quality.full_years(date, date) IS
'age in whole years (周岁): a year is full on the birthday itself, so 以上 begins and 不满 ends there; that of 29 February is 1 March in other years';

CREATE FUNCTION quality.equipment_duty(starts_after date, completed_after date)
RETURNS TABLE (project_code text, must_conform text, reason text) LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT
    shared.project_code,
    CASE
        WHEN shared.prj_status IS DISTINCT FROM '003' THEN 'no'
        WHEN shared.start_date > starts_after OR shared.plan_complete_date > completed_after THEN 'yes'
        WHEN shared.start_date <= starts_after AND shared.plan_complete_date <= completed_after THEN 'exempt'
        ELSE 'no'
    END AS must_conform,
    CASE
        WHEN shared.prj_status IS DISTINCT FROM '003' THEN 'not under construction'
        WHEN shared.start_date > starts_after THEN concat('started on ', shared.start_date)
        WHEN shared.plan_complete_date > completed_after THEN concat('planned completion on ', shared.plan_complete_date)
        WHEN
            shared.start_date <= starts_after AND shared.plan_complete_date <= completed_after
            THEN concat('started on ', shared.start_date, ', planned completion on ', shared.plan_complete_date)
        ELSE 'start or planned completion is not known'
    END AS reason
FROM core.current_project AS shared
$$;
COMMENT ON FUNCTION quality.equipment_duty(date, date) IS
'whether a project''s devices must keep the equipment standard: yes, no or exempt, with the reason (equipment rule of the notice)';

CREATE FUNCTION quality.without_persons(words text, in_project text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    told text := words;
    named text;
BEGIN
    FOR named IN
        SELECT DISTINCT person.name
        FROM core.project_worker AS worker
        INNER JOIN core.person AS person ON person.person_id = worker.person_id
        WHERE worker.project_code = in_project AND length(person.name) > 1 AND strpos(words, person.name) > 0
    LOOP
        told := replace(told, named, '*');
    END LOOP;
    RETURN regexp_replace(regexp_replace(told, '\[[0-9]+\]', '[]', 'g'), '[0-9*]{7,}[0-9Xx]?', '*', 'g');
END
$$;
COMMENT ON FUNCTION quality.without_persons(text, text) IS
'a platform''s words without names of the project''s people, long numbers and places of rows, so that the same reason reads the same';

GRANT EXECUTE ON FUNCTION
quality.full_years(date, date), quality.equipment_duty(date, date), quality.without_persons(text, text)
TO realname_load, realname_build, realname_check, realname_send, realname_read;
