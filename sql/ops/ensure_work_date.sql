-- Make the partitions of :work_date where they are missing.
SELECT ops.ensure_work_date(cast(:work_date AS date));
