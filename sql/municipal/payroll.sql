-- All payroll slips. Edit for another vendor; keep the columns.
SELECT
    id,
    project_code,
    person_id,
    corp_code,
    team_id,
    pay_month,
    days,
    work_hours,
    total_pay_amount,
    actual_amount,
    is_back_pay,
    back_pay_month,
    balance_date,
    third_pay_roll_code,
    pay_bank_card_number,
    pay_bank_code,
    pay_bank_name,
    updated_at
FROM payroll;
