-- Bring the payroll slips in step with what was last read: changed rows replaced, withdrawn rows removed (raw keeps them).
-- Reads raw.municipal_row; writes core.payroll. Rows whose digest is the same are not touched, unless core is built otherwise now.
WITH removed AS (
    DELETE FROM core.payroll AS kept
    USING raw.municipal_row AS gone
    WHERE gone.object = 'payroll' AND gone.withdrawn_at IS NOT NULL AND kept.payroll_id = gone.row_key
)

INSERT INTO core.payroll (
    payroll_id, project_code, person_id, corp_code, team_id, pay_month, days, work_hours, total_pay_amount,
    actual_amount, is_back_pay, back_pay_month, balance_date, third_pay_roll_code, pay_bank_card_cipher,
    pay_bank_card_hash, pay_bank_card_mask, pay_bank_code, pay_bank_name, digest
)
SELECT
    core.as_text(payload ->> 'id'),
    core.as_code(payload ->> 'project_code'),
    core.as_text(payload ->> 'person_id'),
    core.as_code(payload ->> 'corp_code'),
    core.as_text(payload ->> 'team_id'),
    core.as_text(payload ->> 'pay_month'),
    core.as_integer(payload ->> 'days'),
    core.as_number(payload ->> 'work_hours'),
    core.as_number(payload ->> 'total_pay_amount'),
    core.as_number(payload ->> 'actual_amount'),
    core.as_boolean(payload ->> 'is_back_pay'),
    core.as_text(payload ->> 'back_pay_month'),
    core.as_date(payload ->> 'balance_date'),
    core.as_text(payload ->> 'third_pay_roll_code'),
    core.as_cipher(payload -> 'pay_bank_card_number'),
    core.as_hash(payload -> 'pay_bank_card_number'),
    payload -> 'pay_bank_card_number' ->> 'm',
    core.as_code(payload ->> 'pay_bank_code'),
    core.as_text(payload ->> 'pay_bank_name'),
    landed.digest || cast(:built_by AS bytea)
FROM raw.municipal_row AS landed
WHERE
    landed.object = 'payroll' AND landed.withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM core.payroll AS same
        WHERE same.payroll_id = landed.row_key AND same.digest = landed.digest || cast(:built_by AS bytea)
    )
ON CONFLICT (payroll_id) DO UPDATE
    SET
        project_code = excluded.project_code,
        person_id = excluded.person_id,
        corp_code = excluded.corp_code,
        team_id = excluded.team_id,
        pay_month = excluded.pay_month,
        days = excluded.days,
        work_hours = excluded.work_hours,
        total_pay_amount = excluded.total_pay_amount,
        actual_amount = excluded.actual_amount,
        is_back_pay = excluded.is_back_pay,
        back_pay_month = excluded.back_pay_month,
        balance_date = excluded.balance_date,
        third_pay_roll_code = excluded.third_pay_roll_code,
        pay_bank_card_cipher = excluded.pay_bank_card_cipher,
        pay_bank_card_hash = excluded.pay_bank_card_hash,
        pay_bank_card_mask = excluded.pay_bank_card_mask,
        pay_bank_code = excluded.pay_bank_code,
        pay_bank_name = excluded.pay_bank_name,
        digest = excluded.digest;
