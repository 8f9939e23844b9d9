-- Keep the lamps of a page as they were told last, whatever their rule code. Reads staged_lamp; writes quality.lamp. :pulled_at is now.
INSERT INTO quality.lamp AS kept (
    lamp_id, project_code, rule_code, lit_at, cleared_at, detail_cipher, digest, first_seen_at, updated_at
)
SELECT
    told.lamp_id,
    told.project_code,
    told.rule_code,
    told.lit_at,
    told.cleared_at,
    told.detail_cipher,
    told.digest,
    :pulled_at AS first_seen_at,
    :pulled_at AS updated_at
FROM (
    SELECT DISTINCT ON (lamp_id) *
    FROM staged_lamp
    ORDER BY lamp_id ASC, cleared_at DESC NULLS LAST
) AS told
ON CONFLICT (lamp_id) DO UPDATE
    SET
        project_code = excluded.project_code,
        rule_code = excluded.rule_code,
        lit_at = excluded.lit_at,
        cleared_at = excluded.cleared_at,
        detail_cipher = excluded.detail_cipher,
        digest = excluded.digest,
        updated_at = excluded.updated_at
    WHERE kept.digest <> excluded.digest;
