-- How many batches of attendance of the :projects are in which state, and their rows. Reads delivery.batch.
SELECT
    state,
    count(*) AS batches,
    coalesce(sum(row_count), 0) AS punches
FROM delivery.batch
WHERE
    work_date = :work_date AND target = :target AND kind = 'attendance'
    AND delivery.is_chosen(project_code, cast(:projects AS text[]))
GROUP BY state;
