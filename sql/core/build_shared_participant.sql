-- Bring the history of the participants in step with raw: each version valid until the next, the highest now.
-- Reads raw.integrity_row; writes core.shared_participant. A function of raw alone, so running it again changes nothing.
INSERT INTO core.shared_participant (
    source_id, source_version, valid_from, valid_to, deleted,
    project_code, corp_code, corp_type, corp_name, contract_no, contract_amount, entry_time, exit_time, pm_name,
    pm_id_hash, pm_id_mask
)
SELECT
    source_id,
    source_version,
    updated_at,
    lead(updated_at) OVER (PARTITION BY source_id ORDER BY source_version),
    deleted,
    core.as_code(payload ->> 'projectCode'),
    core.as_code(payload ->> 'corpCode'),
    core.as_code(payload ->> 'corpType'),
    core.as_text(payload ->> 'corpName'),
    core.as_text(payload ->> 'contractNo'),
    core.as_number(payload ->> 'contractAmount'),
    core.as_instant(payload ->> 'entryTime'),
    core.as_instant(payload ->> 'exitTime'),
    core.as_text(payload ->> 'pmName'),
    core.as_hash(payload -> 'pmIDCardNumber'),
    payload -> 'pmIDCardNumber' ->> 'm'
FROM raw.integrity_row
WHERE
    object = 'participant'
    AND source_id IN (
        SELECT fresh.source_id
        FROM raw.integrity_row AS fresh
        LEFT JOIN core.shared_participant AS built ON built.source_id = fresh.source_id AND built.source_version = fresh.source_version
        WHERE fresh.object = 'participant' AND built.source_id IS NULL
    )
ON CONFLICT (source_id, source_version) DO UPDATE
    SET valid_to = excluded.valid_to
    WHERE shared_participant.valid_to IS DISTINCT FROM excluded.valid_to;
