-- Bring the municipal copies of companies in step with what was last read: changed rows replaced, withdrawn rows removed (raw keeps them).
-- Reads raw.municipal_row; writes core.municipal_corp. Rows whose digest is the same are not touched, unless core is built otherwise now.
WITH removed AS (
    DELETE FROM core.municipal_corp AS kept
    USING raw.municipal_row AS gone
    WHERE gone.object = 'corp' AND gone.withdrawn_at IS NOT NULL AND kept.corp_code = gone.row_key
)

INSERT INTO core.municipal_corp (
    corp_code, corp_name, corp_type, area_code, legal_man, register_date, address, digest
)
SELECT
    core.as_code(payload ->> 'corp_code'),
    core.as_text(payload ->> 'corp_name'),
    core.as_code(payload ->> 'corp_type'),
    core.as_code(payload ->> 'area_code'),
    core.as_text(payload ->> 'legal_man'),
    core.as_date(payload ->> 'register_date'),
    core.as_text(payload ->> 'address'),
    landed.digest || cast(:built_by AS bytea)
FROM raw.municipal_row AS landed
WHERE
    landed.object = 'corp' AND landed.withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM core.municipal_corp AS same
        WHERE same.corp_code = landed.row_key AND same.digest = landed.digest || cast(:built_by AS bytea)
    )
ON CONFLICT (corp_code) DO UPDATE
    SET
        corp_name = excluded.corp_name,
        corp_type = excluded.corp_type,
        area_code = excluded.area_code,
        legal_man = excluded.legal_man,
        register_date = excluded.register_date,
        address = excluded.address,
        digest = excluded.digest;
