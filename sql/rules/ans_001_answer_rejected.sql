-- Answers and rows, received on :work_date or the day after, when that date is worked on, that are not of the agreed form.
-- Reads raw.rejected_answer, which keeps them whole and encrypted.
SELECT
    concat_ws('|', platform, object, row_key) AS object_key,
    '' AS field,
    cast(NULL AS text) AS project_code,
    concat('an answer of the agreed form to ', min(method)) AS expected,
    string_agg(DISTINCT reason, '; ' ORDER BY reason) AS actual
FROM raw.rejected_answer
WHERE cast(received_at AT TIME ZONE 'Asia/Shanghai' AS date) BETWEEN :work_date AND :work_date + 1
GROUP BY platform, object, row_key;
