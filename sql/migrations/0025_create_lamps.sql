-- The lamps of the integrity platform as it tells them, and which rule of ours computes each: what is compared.
CREATE TABLE quality.lamp (
    lamp_id text COLLATE "C" PRIMARY KEY,
    project_code text NOT NULL,
    rule_code text NOT NULL,
    lit_at timestamptz NOT NULL,
    cleared_at timestamptz,
    detail_cipher bytea,
    digest bytea NOT NULL,
    first_seen_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX ON quality.lamp (project_code, rule_code);
COMMENT ON TABLE quality.lamp IS 'lamps the integrity platform lit, of whatever rule code; a lamp that is out keeps its row';
COMMENT ON COLUMN quality.lamp.detail_cipher IS 'the platform''s explanation, encrypted, since it may name persons; NULL where there is none';
COMMENT ON COLUMN quality.lamp.digest IS 'keyed digest of what was told, so that a lamp told again unchanged is not touched';
COMMENT ON COLUMN quality.lamp.updated_at IS 'when a pull last found it otherwise than before';

CREATE TABLE quality.lamp_rule (
    rule_code text PRIMARY KEY,
    rule_id text NOT NULL
);
COMMENT ON TABLE quality.lamp_rule IS
'which rule of the catalogue computes a lamp; written from expectations/cases.yaml by each pull of the lamps and update of the cases';

-- What the lamp rules found on a checked date against the lamps that were lit at an instant, a row for each project and rule code.
CREATE FUNCTION quality.lamps_compared(wanted date, as_of timestamptz) RETURNS TABLE (
    project_code text,
    rule_code text,
    rule_id text,
    ours_since date,
    theirs_since timestamptz,
    verdict text,
    finding_id text,
    lamp_id text,
    findings bigint,
    lamps bigint,
    checked_date date
) LANGUAGE sql STABLE AS $$
WITH ours AS (
    SELECT
        found.project_code,
        lamp_rule.rule_code,
        quality.finding_id(found.rule_id, found.object, found.object_key, found.field) AS finding_id,
        -- Since the first date found after the last one that was checked and did not find it.
        (
            SELECT min(past.work_date)
            FROM quality.finding AS past
            WHERE
                past.rule_id = found.rule_id AND past.object = found.object AND past.object_key = found.object_key
                AND past.field = found.field AND past.work_date <= wanted
                AND past.work_date > coalesce(
                    (
                        SELECT max(checked.work_date)
                        FROM quality.checked_read AS checked
                        WHERE
                            checked.work_date < wanted
                            AND NOT EXISTS (
                                SELECT FROM quality.finding AS same
                                WHERE
                                    same.work_date = checked.work_date AND same.rule_id = found.rule_id
                                    AND same.object = found.object AND same.object_key = found.object_key
                                    AND same.field = found.field
                            )
                    ),
                    date '-infinity'
                )
        ) AS since
    FROM quality.finding AS found
    INNER JOIN quality.lamp_rule AS lamp_rule ON lamp_rule.rule_id = found.rule_id
    WHERE found.work_date = wanted AND found.project_code IS NOT NULL
),

of_ours AS (
    SELECT
        ours.project_code,
        ours.rule_code,
        min(ours.since) AS since,
        count(*) AS findings,
        (array_agg(ours.finding_id ORDER BY ours.since, ours.finding_id))[1] AS finding_id
    FROM ours
    GROUP BY ours.project_code, ours.rule_code
),

of_theirs AS (
    SELECT
        lamp.project_code,
        lamp.rule_code,
        min(lamp.lit_at) AS since,
        count(*) AS lamps,
        (array_agg(lamp.lamp_id ORDER BY lamp.lit_at, lamp.lamp_id))[1] AS lamp_id
    FROM quality.lamp AS lamp
    WHERE lamp.lit_at < as_of AND (lamp.cleared_at IS NULL OR lamp.cleared_at >= as_of)
    GROUP BY lamp.project_code, lamp.rule_code
)

SELECT
    coalesce(of_ours.project_code, of_theirs.project_code),
    coalesce(of_ours.rule_code, of_theirs.rule_code),
    lamp_rule.rule_id,
    of_ours.since,
    of_theirs.since,
    CASE
        WHEN of_theirs.lamp_id IS NULL THEN 'ours only'
        WHEN of_ours.finding_id IS NULL THEN 'theirs only'
        ELSE 'both'
    END,
    of_ours.finding_id,
    of_theirs.lamp_id,
    coalesce(of_ours.findings, 0),
    coalesce(of_theirs.lamps, 0),
    wanted
FROM of_ours
FULL JOIN of_theirs ON of_theirs.project_code = of_ours.project_code AND of_theirs.rule_code = of_ours.rule_code
LEFT JOIN quality.lamp_rule AS lamp_rule ON lamp_rule.rule_code = coalesce(of_ours.rule_code, of_theirs.rule_code)
$$;
COMMENT ON FUNCTION quality.lamps_compared(date, timestamptz) IS
'finding_id and lamp_id are the oldest where there are several; rule_id is NULL for a lamp that no rule of ours computes';

CREATE VIEW quality.lamp_comparison AS
SELECT compared.*
FROM (SELECT max(work_date) AS work_date FROM quality.checked_read) AS newest
CROSS JOIN LATERAL quality.lamps_compared(newest.work_date, timestamptz 'infinity') AS compared;
COMMENT ON VIEW quality.lamp_comparison IS 'findings of the newest checked date against the lamps that are lit now';

GRANT SELECT ON quality.lamp, quality.lamp_rule, quality.lamp_comparison
TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT, UPDATE ON quality.lamp TO realname_load;
GRANT INSERT, UPDATE, DELETE ON quality.lamp_rule TO realname_load, realname_check;
GRANT EXECUTE ON FUNCTION quality.lamps_compared(date, timestamptz)
TO realname_load, realname_build, realname_check, realname_send, realname_read;
