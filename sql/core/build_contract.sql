-- Bring the labour contracts in step with what was last read: changed rows replaced, withdrawn rows removed (raw keeps them).
-- Reads raw.municipal_row; writes core.contract. Rows whose digest is the same are not touched, unless core is built otherwise now.
WITH removed AS (
    DELETE FROM core.contract AS kept
    USING raw.municipal_row AS gone
    WHERE
        gone.object = 'contract' AND gone.withdrawn_at IS NOT NULL
        AND gone.row_key = concat_ws('|', kept.project_code, kept.person_id)
)

INSERT INTO core.contract (
    project_code, person_id, corp_code, contract_period_type, contract_kind, start_date, end_date, unit, unit_price,
    digest
)
SELECT
    core.as_code(payload ->> 'project_code'),
    core.as_text(payload ->> 'person_id'),
    core.as_code(payload ->> 'corp_code'),
    core.as_code(payload ->> 'contract_period_type'),
    core.as_code(payload ->> 'contract_kind'),
    core.as_date(payload ->> 'start_date'),
    core.as_date(payload ->> 'end_date'),
    core.as_code(payload ->> 'unit'),
    core.as_number(payload ->> 'unit_price'),
    landed.digest || cast(:built_by AS bytea)
FROM raw.municipal_row AS landed
WHERE
    landed.object = 'contract' AND landed.withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM core.contract AS same
        WHERE landed.row_key = concat_ws('|', same.project_code, same.person_id) AND same.digest = landed.digest || cast(:built_by AS bytea)
    )
ON CONFLICT (project_code, person_id) DO UPDATE
    SET
        corp_code = excluded.corp_code,
        contract_period_type = excluded.contract_period_type,
        contract_kind = excluded.contract_kind,
        start_date = excluded.start_date,
        end_date = excluded.end_date,
        unit = excluded.unit,
        unit_price = excluded.unit_price,
        digest = excluded.digest;
