-- Make room for the key posts' attendance of :work_date. Writes quality.key_post_day of that date only.
DELETE FROM quality.key_post_day
WHERE work_date = :work_date;
