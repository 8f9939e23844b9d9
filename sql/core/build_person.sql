-- Bring the persons in step with what was last read: changed rows replaced, withdrawn rows removed (raw keeps them).
-- Reads raw.municipal_row; writes core.person. Rows whose digest is the same are not touched, unless core is built otherwise now.
WITH removed AS (
    DELETE FROM core.person AS kept
    USING raw.municipal_row AS gone
    WHERE gone.object = 'person' AND gone.withdrawn_at IS NOT NULL AND kept.person_id = gone.row_key
)

INSERT INTO core.person (
    person_id, name, id_card_type, id_cipher, id_hash, id_mask, id_problem, gender, birthday, nation, address,
    grant_org, phone_cipher, phone_hash, phone_mask, education, politics, head_image_size, digest
)
SELECT
    core.as_text(payload ->> 'person_id'),
    core.as_text(payload ->> 'name'),
    core.as_code(payload ->> 'id_card_type'),
    core.as_cipher(payload -> 'id_number'),
    core.as_hash(payload -> 'id_number'),
    payload -> 'id_number' ->> 'm',
    payload -> 'id_number' ->> 'p',
    core.as_code(payload ->> 'gender'),
    core.as_date(payload ->> 'birthday'),
    core.as_text(payload ->> 'nation'),
    core.as_text(payload ->> 'address'),
    core.as_text(payload ->> 'grant_org'),
    core.as_cipher(payload -> 'phone'),
    core.as_hash(payload -> 'phone'),
    payload -> 'phone' ->> 'm',
    core.as_code(payload ->> 'education'),
    core.as_code(payload ->> 'politics'),
    core.as_integer(payload ->> 'head_image_size'),
    landed.digest || cast(:built_by AS bytea)
FROM raw.municipal_row AS landed
WHERE
    landed.object = 'person' AND landed.withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM core.person AS same
        WHERE same.person_id = landed.row_key AND same.digest = landed.digest || cast(:built_by AS bytea)
    )
ON CONFLICT (person_id) DO UPDATE
    SET
        name = excluded.name,
        id_card_type = excluded.id_card_type,
        id_cipher = excluded.id_cipher,
        id_hash = excluded.id_hash,
        id_mask = excluded.id_mask,
        id_problem = excluded.id_problem,
        gender = excluded.gender,
        birthday = excluded.birthday,
        nation = excluded.nation,
        address = excluded.address,
        grant_org = excluded.grant_org,
        phone_cipher = excluded.phone_cipher,
        phone_hash = excluded.phone_hash,
        phone_mask = excluded.phone_mask,
        education = excluded.education,
        politics = excluded.politics,
        head_image_size = excluded.head_image_size,
        digest = excluded.digest;
