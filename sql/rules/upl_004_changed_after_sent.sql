-- Punches of :work_date that the municipal platform changed after a platform had acknowledged them: what they are now, and what was sent.
-- Only fields that a platform takes count. Reads core.punch_version, punch; delivery.punch_batch, batch, row_outcome.
WITH sent AS (
    SELECT
        ledger.target,
        present.project_code,
        present.punch_id,
        ARRAY['person', 'date', 'direction', 'device', 'record', 'recognition', 'lng', 'lat'] AS names,
        ARRAY[
            present.person_id, to_char(present.punched_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'), present.direction,
            present.device_sn, present.device_record_id, present.attend_type, cast(present.lng AS text), cast(present.lat AS text)
        ] AS present_values,
        ARRAY[
            former.person_id, to_char(former.punched_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'), former.direction,
            former.device_sn, former.device_record_id, former.attend_type, cast(former.lng AS text), cast(former.lat AS text)
        ] AS sent_values
    FROM core.punch_version AS former
    INNER JOIN core.punch AS present
        ON
            present.work_date = :work_date AND present.project_code = former.project_code AND present.punch_id = former.punch_id
            AND present.withdrawn_at IS NULL
    INNER JOIN delivery.punch_batch AS ledger
        ON
            ledger.work_date = :work_date AND ledger.project_code = former.project_code AND ledger.target IN ('province', 'nation')
            AND ledger.punch_id = former.punch_id
    INNER JOIN delivery.batch AS batch
        ON
            batch.work_date = :work_date AND batch.project_code = ledger.project_code AND batch.batch_id = ledger.batch_id
            AND former.change_no <= batch.as_of_change AND former.superseded_no > batch.as_of_change
    LEFT JOIN delivery.row_outcome AS outcome
        ON
            outcome.work_date = :work_date AND outcome.project_code = ledger.project_code AND outcome.target = ledger.target
            AND outcome.punch_id = ledger.punch_id AND outcome.batch_id = ledger.batch_id
    WHERE former.work_date = :work_date AND coalesce(outcome.outcome, batch.state) = 'acknowledged'
)

SELECT
    sent.punch_id AS object_key,
    concat('attendance:', sent.target) AS field,
    sent.project_code,
    string_agg(concat_ws(' ', differing.name, coalesce(differing.present_value, 'none')), ', ' ORDER BY differing.nth) AS expected,
    string_agg(concat_ws(' ', differing.name, coalesce(differing.sent_value, 'none')), ', ' ORDER BY differing.nth) AS actual
FROM sent
CROSS JOIN
    LATERAL unnest(sent.names, sent.present_values, sent.sent_values) WITH ORDINALITY AS differing (name, present_value, sent_value, nth)
WHERE differing.present_value IS DISTINCT FROM differing.sent_value
GROUP BY sent.target, sent.project_code, sent.punch_id;
