-- Bring the teams in step with what was last read: changed rows replaced, withdrawn rows removed (raw keeps them).
-- Reads raw.municipal_row; writes core.team. Rows whose digest is the same are not touched, unless core is built otherwise now.
WITH removed AS (
    DELETE FROM core.team AS kept
    USING raw.municipal_row AS gone
    WHERE gone.object = 'team' AND gone.withdrawn_at IS NOT NULL AND kept.team_id = gone.row_key
)

INSERT INTO core.team (
    team_id, project_code, corp_code, team_name, leader_id_cipher, leader_id_hash, leader_id_mask, entry_date,
    exit_date, digest
)
SELECT
    core.as_text(payload ->> 'team_id'),
    core.as_code(payload ->> 'project_code'),
    core.as_code(payload ->> 'corp_code'),
    core.as_text(payload ->> 'team_name'),
    core.as_cipher(payload -> 'leader_id_number'),
    core.as_hash(payload -> 'leader_id_number'),
    payload -> 'leader_id_number' ->> 'm',
    core.as_date(payload ->> 'entry_date'),
    core.as_date(payload ->> 'exit_date'),
    landed.digest || cast(:built_by AS bytea)
FROM raw.municipal_row AS landed
WHERE
    landed.object = 'team' AND landed.withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM core.team AS same
        WHERE same.team_id = landed.row_key AND same.digest = landed.digest || cast(:built_by AS bytea)
    )
ON CONFLICT (team_id) DO UPDATE
    SET
        project_code = excluded.project_code,
        corp_code = excluded.corp_code,
        team_name = excluded.team_name,
        leader_id_cipher = excluded.leader_id_cipher,
        leader_id_hash = excluded.leader_id_hash,
        leader_id_mask = excluded.leader_id_mask,
        entry_date = excluded.entry_date,
        exit_date = excluded.exit_date,
        digest = excluded.digest;
