-- Answers that were not as agreed, received before :before. Reads raw.rejected_answer.
SELECT count(*)
FROM raw.rejected_answer AS answer
WHERE
    answer.received_at < :before;
