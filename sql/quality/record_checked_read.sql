-- Record that the findings of :work_date rest on the read :change_no. Writes quality.checked_read.
INSERT INTO quality.checked_read AS known (work_date, change_no, checked_at)
VALUES (:work_date, :change_no, :checked_at)
ON CONFLICT (work_date) DO UPDATE
    SET change_no = greatest(known.change_no, excluded.change_no), checked_at = excluded.checked_at;
