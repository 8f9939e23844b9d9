-- Bring the workers of projects in step with what was last read: changed rows replaced, withdrawn rows removed (raw keeps them).
-- Reads raw.municipal_row; writes core.project_worker. Rows whose digest is the same are not touched, unless core is built otherwise now.
WITH removed AS (
    DELETE FROM core.project_worker AS kept
    USING raw.municipal_row AS gone
    WHERE
        gone.object = 'project_worker' AND gone.withdrawn_at IS NOT NULL
        AND gone.row_key = concat_ws('|', kept.project_code, kept.person_id)
)

INSERT INTO core.project_worker (
    project_code, person_id, team_id, corp_code, work_type, work_role, identity_type, is_team_leader, contract_kind,
    safety_trained_at, bank_card_cipher, bank_card_hash, bank_card_mask, bank_code, digest
)
SELECT
    core.as_code(payload ->> 'project_code'),
    core.as_text(payload ->> 'person_id'),
    core.as_text(payload ->> 'team_id'),
    core.as_code(payload ->> 'corp_code'),
    core.as_code(payload ->> 'work_type'),
    core.as_code(payload ->> 'work_role'),
    core.as_code(payload ->> 'identity_type'),
    core.as_boolean(payload ->> 'is_team_leader'),
    core.as_code(payload ->> 'contract_kind'),
    core.as_instant(payload ->> 'safety_trained_at'),
    core.as_cipher(payload -> 'bank_card_number'),
    core.as_hash(payload -> 'bank_card_number'),
    payload -> 'bank_card_number' ->> 'm',
    core.as_code(payload ->> 'bank_code'),
    landed.digest || cast(:built_by AS bytea)
FROM raw.municipal_row AS landed
WHERE
    landed.object = 'project_worker' AND landed.withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM core.project_worker AS same
        WHERE landed.row_key = concat_ws('|', same.project_code, same.person_id) AND same.digest = landed.digest || cast(:built_by AS bytea)
    )
ON CONFLICT (project_code, person_id) DO UPDATE
    SET
        team_id = excluded.team_id,
        corp_code = excluded.corp_code,
        work_type = excluded.work_type,
        work_role = excluded.work_role,
        identity_type = excluded.identity_type,
        is_team_leader = excluded.is_team_leader,
        contract_kind = excluded.contract_kind,
        safety_trained_at = excluded.safety_trained_at,
        bank_card_cipher = excluded.bank_card_cipher,
        bank_card_hash = excluded.bank_card_hash,
        bank_card_mask = excluded.bank_card_mask,
        bank_code = excluded.bank_code,
        digest = excluded.digest;
