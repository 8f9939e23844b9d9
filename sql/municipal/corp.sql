-- All companies as the city copied them. Edit for another vendor; keep the columns.
SELECT
    corp_code,
    corp_name,
    corp_type,
    area_code,
    legal_man,
    register_date,
    address,
    updated_at
FROM corp_copy;
