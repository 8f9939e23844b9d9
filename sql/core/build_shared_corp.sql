-- Bring the history of the companies in step with raw: each version valid until the next, the highest now.
-- Reads raw.integrity_row; writes core.shared_corp. A function of raw alone, so running it again changes nothing.
INSERT INTO core.shared_corp (
    source_id, source_version, valid_from, valid_to, deleted,
    corp_code, corp_name, corp_type, area_code, legal_man, qualifications
)
SELECT
    source_id,
    source_version,
    updated_at,
    lead(updated_at) OVER (PARTITION BY source_id ORDER BY source_version),
    deleted,
    core.as_code(payload ->> 'corpCode'),
    core.as_text(payload ->> 'corpName'),
    core.as_code(payload ->> 'corpType'),
    core.as_code(payload ->> 'areaCode'),
    core.as_text(payload ->> 'legalMan'),
    payload -> 'qualifications'
FROM raw.integrity_row
WHERE
    object = 'corp'
    AND source_id IN (
        SELECT fresh.source_id
        FROM raw.integrity_row AS fresh
        LEFT JOIN core.shared_corp AS built ON built.source_id = fresh.source_id AND built.source_version = fresh.source_version
        WHERE fresh.object = 'corp' AND built.source_id IS NULL
    )
ON CONFLICT (source_id, source_version) DO UPDATE
    SET valid_to = excluded.valid_to
    WHERE shared_corp.valid_to IS DISTINCT FROM excluded.valid_to;
