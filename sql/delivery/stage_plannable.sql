-- Stage which punches of a shard may be planned for :target: those that reads after :upto up to :change_no wrote, but for those in a live batch and
-- those refused with these very values, and what is in the backlog with values not read after :change_no.
-- Reads core.punch, delivery; writes the temporary table plannable.
CREATE TEMPORARY TABLE plannable ON COMMIT DROP AS
SELECT
    punch.project_code,
    punch.punch_id,
    FALSE AS is_known,
    punch.person_id,
    punch.device_sn,
    punch.punched_at,
    punch.withdrawn_at
FROM core.punch AS punch
LEFT JOIN delivery.open_project AS place ON place.target = cast(:target AS text) AND place.project_code = punch.project_code
WHERE
    punch.work_date = cast(:work_date AS date)
    AND delivery.in_shard(coalesce(place.slot, delivery.slot_of(punch.project_code)), :shard, :shards)
    AND punch.change_no > cast(:upto AS bigint) AND punch.change_no <= cast(:change_no AS bigint)
    AND NOT EXISTS (
        SELECT 1 FROM delivery.backlog AS known
        WHERE
            known.work_date = cast(:work_date AS date) AND known.target = cast(:target AS text)
            AND known.project_code = punch.project_code AND known.punch_id = punch.punch_id
    )
    AND NOT EXISTS (
        SELECT 1 FROM delivery.punch_batch AS ledger
        INNER JOIN delivery.batch AS batch
            ON
                batch.work_date = ledger.work_date AND batch.project_code = ledger.project_code
                AND batch.batch_id = ledger.batch_id
        LEFT JOIN delivery.row_outcome AS outcome
            ON
                outcome.work_date = ledger.work_date AND outcome.project_code = ledger.project_code
                AND outcome.target = ledger.target AND outcome.punch_id = ledger.punch_id
                AND outcome.batch_id = ledger.batch_id
        WHERE
            ledger.work_date = cast(:work_date AS date) AND ledger.target = cast(:target AS text)
            AND ledger.project_code = punch.project_code AND ledger.punch_id = punch.punch_id
            AND CASE
                WHEN outcome.outcome = 'acknowledged' THEN TRUE
                WHEN outcome.outcome = 'refused' THEN batch.as_of_change >= punch.change_no
                WHEN outcome.outcome = 'released' THEN FALSE
                WHEN batch.state = 'refused' THEN batch.as_of_change >= punch.change_no
                ELSE batch.state <> 'released'
            END
    )
UNION ALL
SELECT
    kept.project_code,
    kept.punch_id,
    TRUE,
    punch.person_id,
    punch.device_sn,
    punch.punched_at,
    punch.withdrawn_at
FROM delivery.backlog AS kept
INNER JOIN core.punch AS punch
    ON
        punch.work_date = cast(:work_date AS date) AND punch.project_code = kept.project_code AND punch.punch_id = kept.punch_id
        AND punch.change_no <= cast(:change_no AS bigint)
LEFT JOIN delivery.open_project AS place ON place.target = kept.target AND place.project_code = kept.project_code
WHERE
    kept.work_date = cast(:work_date AS date) AND kept.target = cast(:target AS text)
    AND delivery.in_shard(coalesce(place.slot, delivery.slot_of(kept.project_code)), :shard, :shards);
