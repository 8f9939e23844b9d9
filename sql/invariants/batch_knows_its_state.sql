-- A batch has what its state needs: a sender and a lease while it is being sent, a serial code and a digest once it is sent, an instant
-- once it is settled, and a lease only while it is being sent. Reads delivery.batch of :work_date; yields what is wrong.
SELECT
    target,
    cast(batch_id AS text) AS subject,
    concat('batch is ', state, ' and lacks what that needs') AS wrong
FROM delivery.batch
WHERE
    work_date = :work_date
    AND NOT CASE state
        WHEN 'planned' THEN lease_until IS NULL AND settled_at IS NULL
        WHEN 'sending' THEN sender IS NOT NULL AND lease_until IS NOT NULL AND settled_at IS NULL
        WHEN 'sent' THEN serial_code IS NOT NULL AND data_sha256 IS NOT NULL AND sent_at IS NOT NULL AND lease_until IS NULL
        WHEN 'unknown' THEN sent_at IS NOT NULL AND settled_at IS NULL AND lease_until IS NULL
        ELSE settled_at IS NOT NULL AND lease_until IS NULL
    END;
