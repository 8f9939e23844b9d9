-- Answers that were not as agreed, received before :before. Not more than :most at a time.
DELETE FROM raw.rejected_answer
WHERE ctid IN (
    SELECT answer.ctid FROM raw.rejected_answer AS answer
    WHERE
        answer.received_at < :before
    ORDER BY answer.ctid
    LIMIT :most
);
