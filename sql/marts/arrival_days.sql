-- Punches due and arrived by date and platform, as the last report of each date counted them, from :first_date to :last_date; of the
-- projects :project_codes only, where given. Reads quality.day_arrival. Writes nothing.
SELECT
    work_date,
    target,
    sum(due) AS due,
    sum(acknowledged) AS acknowledged,
    sum(late) AS late,
    sum(in_batch) AS in_batch,
    sum(waiting) AS waiting,
    sum(held) AS held,
    sum(refused) AS refused,
    min(counted_at) AS counted_at
FROM quality.day_arrival
WHERE
    work_date BETWEEN cast(:first_date AS date) AND cast(:last_date AS date)
    AND (cast(:project_codes AS text[]) IS NULL OR project_code = any(cast(:project_codes AS text[])))
GROUP BY work_date, target
ORDER BY work_date ASC, target DESC;
