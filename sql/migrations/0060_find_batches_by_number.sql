-- Groups of batches are claimed, sent and settled by their numbers. Without an index by number each group cost a look at all batches of the day, so a
-- day of twice the size cost four times as much. Batches that are settled, as most are, are in no index by state any more.
CREATE INDEX ON delivery.batch (batch_id);
DROP INDEX delivery.batch_target_kind_state_idx;
CREATE INDEX batch_open_idx ON delivery.batch (target, kind, state, batch_id) WHERE state IN ('planned', 'sending', 'sent', 'unknown');

-- What a batch says to the platform about its punches: the values they had when it was planned, whatever became of them since. By joins alone, so
-- that one state of a punch is looked up and not all of them sorted.
CREATE OR REPLACE VIEW delivery.sent_punch AS
SELECT
    ledger.work_date,
    ledger.project_code,
    ledger.target,
    batch.batch_id,
    ledger.row_index,
    ledger.punch_id,
    CASE WHEN former.punch_id IS NULL THEN present.person_id ELSE former.person_id END AS person_id,
    CASE WHEN former.punch_id IS NULL THEN present.device_sn ELSE former.device_sn END AS device_sn,
    CASE WHEN former.punch_id IS NULL THEN present.device_record_id ELSE former.device_record_id END AS device_record_id,
    CASE WHEN former.punch_id IS NULL THEN present.punched_at ELSE former.punched_at END AS punched_at,
    CASE WHEN former.punch_id IS NULL THEN present.received_at ELSE former.received_at END AS received_at,
    CASE WHEN former.punch_id IS NULL THEN present.direction ELSE former.direction END AS direction,
    CASE WHEN former.punch_id IS NULL THEN present.attend_type ELSE former.attend_type END AS attend_type,
    CASE WHEN former.punch_id IS NULL THEN present.lng ELSE former.lng END AS lng,
    CASE WHEN former.punch_id IS NULL THEN present.lat ELSE former.lat END AS lat,
    CASE WHEN former.punch_id IS NULL THEN present.change_no ELSE former.change_no END AS change_no,
    former.superseded_no,
    batch.group_key
FROM delivery.punch_batch AS ledger
INNER JOIN delivery.batch AS batch
    ON batch.work_date = ledger.work_date AND batch.project_code = ledger.project_code AND batch.batch_id = ledger.batch_id
LEFT JOIN core.punch AS present
    ON
        present.work_date = ledger.work_date AND present.project_code = ledger.project_code AND present.punch_id = ledger.punch_id
LEFT JOIN core.punch_version AS former
    ON
        former.work_date = ledger.work_date AND former.project_code = ledger.project_code AND former.punch_id = ledger.punch_id
        AND former.change_no <= batch.as_of_change AND former.superseded_no > batch.as_of_change;
