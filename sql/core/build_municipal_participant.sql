-- Bring the municipal copies of participants in step with what was last read: changed rows replaced, withdrawn rows removed (raw keeps them).
-- Reads raw.municipal_row; writes core.municipal_participant. Rows whose digest is the same are not touched, unless core is built otherwise now.
WITH removed AS (
    DELETE FROM core.municipal_participant AS kept
    USING raw.municipal_row AS gone
    WHERE
        gone.object = 'participant' AND gone.withdrawn_at IS NOT NULL
        AND gone.row_key = concat_ws('|', kept.project_code, kept.corp_code, kept.corp_type)
)

INSERT INTO core.municipal_participant (
    project_code, corp_code, corp_type, corp_name, contract_no, contract_amount, entry_time, exit_time, pm_name,
    pm_id_cipher, pm_id_hash, pm_id_mask, digest
)
SELECT
    core.as_code(payload ->> 'project_code'),
    core.as_code(payload ->> 'corp_code'),
    core.as_code(payload ->> 'corp_type'),
    core.as_text(payload ->> 'corp_name'),
    core.as_text(payload ->> 'contract_no'),
    core.as_number(payload ->> 'contract_amount'),
    core.as_instant(payload ->> 'entry_time'),
    core.as_instant(payload ->> 'exit_time'),
    core.as_text(payload ->> 'pm_name'),
    core.as_cipher(payload -> 'pm_id_card_number'),
    core.as_hash(payload -> 'pm_id_card_number'),
    payload -> 'pm_id_card_number' ->> 'm',
    landed.digest || cast(:built_by AS bytea)
FROM raw.municipal_row AS landed
WHERE
    landed.object = 'participant' AND landed.withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM core.municipal_participant AS same
        WHERE
            landed.row_key = concat_ws('|', same.project_code, same.corp_code, same.corp_type)
            AND same.digest = landed.digest || cast(:built_by AS bytea)
    )
ON CONFLICT (project_code, corp_code, corp_type) DO UPDATE
    SET
        corp_name = excluded.corp_name,
        contract_no = excluded.contract_no,
        contract_amount = excluded.contract_amount,
        entry_time = excluded.entry_time,
        exit_time = excluded.exit_time,
        pm_name = excluded.pm_name,
        pm_id_cipher = excluded.pm_id_cipher,
        pm_id_hash = excluded.pm_id_hash,
        pm_id_mask = excluded.pm_id_mask,
        digest = excluded.digest;
