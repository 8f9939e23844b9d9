-- What the rules on key posts read: levels as numbers, registrations by citizen number, the posts that need one. And one more normal form:
-- quotation marks, bars and characters without width are ways of writing too.
CREATE OR REPLACE FUNCTION quality.normal_form(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(
    lower(
        regexp_replace(
            translate(
                normalize(value, nfkc),
                '【】〔〕〖〗〈〉《》「」『』[]{}•‧∙・—–‐‑−―─“”„‟‘’‚‛`。、',
                '()()()()()()()()()····-------""""''''''''''.,'
            ),
            '[\s\u00ad\u200b\u200c\u200d\u2060\ufeff]',
            '',
            'g'
        )
    ),
    ''
);
COMMENT ON FUNCTION quality.normal_form(text) IS
'one spelling for texts that mean the same: NFKC, no blanks, lower case, one kind of bracket, dot, dash, quotation mark and stop; empty is NULL';

CREATE FUNCTION quality.registration_level(level text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN quality.normal_form(level) IN ('1', '01', '一', '壹', '一级', '壹级', '1级') THEN 1
    WHEN quality.normal_form(level) IN ('2', '02', '二', '贰', '二级', '贰级', '2级') THEN 2
END;
COMMENT ON FUNCTION quality.registration_level(text) IS
'the level of a registration as a number, 1 above 2; NULL where it cannot be told';

CREATE VIEW quality.registration AS
SELECT
    person.id_hash,
    held.category,
    held.registration_no,
    held.level,
    held.employer_corp_code,
    held.issue_date,
    held.registered_until,
    held.status,
    held.safety_cert_class,
    held.safety_cert_valid_to,
    held.lock_project_code,
    held.lock_since,
    quality.normal_form(held.category) AS category_form,
    quality.registration_level(held.level) AS level_rank,
    written.specialties,
    written.specialty_forms
FROM core.current_registration AS held
INNER JOIN core.current_person AS person ON person.person_id = held.person_id
CROSS JOIN
    LATERAL (
        SELECT
            string_agg(one.specialty, ', ' ORDER BY one.specialty) AS specialties,
            coalesce(array_agg(quality.normal_form(one.specialty)), '{}') AS specialty_forms
        FROM
            jsonb_array_elements_text(
                CASE jsonb_typeof(held.specialties)
                    WHEN 'array' THEN held.specialties
                    WHEN 'string' THEN jsonb_build_array(held.specialties)
                    ELSE '[]'
                END
            ) AS one (specialty)
        WHERE quality.normal_form(one.specialty) IS NOT NULL
    ) AS written
WHERE person.id_hash IS NOT NULL;
COMMENT ON VIEW quality.registration IS
'registrations as the integrity platform has them now, with the number of the person registered';

CREATE VIEW quality.known_post AS
SELECT
    filled.object_key,
    filled.project_code,
    filled.post_code,
    filled.start_date,
    filled.end_date,
    filled.id_hash
FROM quality.post_filled AS filled
INNER JOIN quality.project_under_construction AS project ON project.project_code = filled.project_code
WHERE
    EXISTS (
        SELECT 1 FROM core.current_person AS person
        WHERE person.id_hash = filled.id_hash
    );
COMMENT ON VIEW quality.known_post IS
'key posts as filled on site of projects under construction, where the integrity platform knows the person';

-- A rule that rests on shared data which are older than allowed says nothing of a date. What an earlier check found stands, and is marked here.
CREATE TABLE quality.unknown_rule (
    work_date date NOT NULL,
    rule_id text NOT NULL,
    shared_object text NOT NULL,
    unknown_since timestamptz NOT NULL,
    PRIMARY KEY (work_date, rule_id, shared_object)
);
COMMENT ON TABLE quality.unknown_rule IS
'rules whose findings of a date are those of an earlier check, if any: whether they still hold is unknown, for want of fresh shared data';
COMMENT ON COLUMN quality.unknown_rule.unknown_since IS
'the first check of the date that could not tell';

GRANT SELECT ON quality.registration, quality.known_post, quality.unknown_rule
TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT EXECUTE ON FUNCTION quality.registration_level(text)
TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT, UPDATE, DELETE ON quality.unknown_rule TO realname_check;
GRANT SELECT ON ops.pull_cursor TO realname_check;
