-- Bring the history of the persons in step with raw: each version valid until the next, the highest now.
-- Reads raw.integrity_row; writes core.shared_person. A function of raw alone, so running it again changes nothing.
INSERT INTO core.shared_person (
    source_id, source_version, valid_from, valid_to, deleted,
    person_id, name, id_card_type, id_cipher, id_hash, id_mask, phone_cipher, phone_hash, phone_mask,
    employer_corp_code
)
SELECT
    source_id,
    source_version,
    updated_at,
    lead(updated_at) OVER (PARTITION BY source_id ORDER BY source_version),
    deleted,
    core.as_text(payload ->> 'personId'),
    core.as_text(payload ->> 'name'),
    core.as_code(payload ->> 'idCardType'),
    core.as_cipher(payload -> 'idCardNumber'),
    core.as_hash(payload -> 'idCardNumber'),
    payload -> 'idCardNumber' ->> 'm',
    core.as_cipher(payload -> 'phone'),
    core.as_hash(payload -> 'phone'),
    payload -> 'phone' ->> 'm',
    core.as_code(payload ->> 'employerCorpCode')
FROM raw.integrity_row
WHERE
    object = 'person'
    AND source_id IN (
        SELECT fresh.source_id
        FROM raw.integrity_row AS fresh
        LEFT JOIN core.shared_person AS built ON built.source_id = fresh.source_id AND built.source_version = fresh.source_version
        WHERE fresh.object = 'person' AND built.source_id IS NULL
    )
ON CONFLICT (source_id, source_version) DO UPDATE
    SET valid_to = excluded.valid_to
    WHERE shared_person.valid_to IS DISTINCT FROM excluded.valid_to;
