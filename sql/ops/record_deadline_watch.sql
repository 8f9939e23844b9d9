-- Keep what was said about the deadline of :work_date for :target, and who took it. Writes ops.deadline_watch.
INSERT INTO ops.deadline_watch (work_date, target, verdict, told, said_at)
VALUES (:work_date, :target, :verdict, :told, :said_at)
ON CONFLICT (work_date, target) DO UPDATE
    SET verdict = excluded.verdict, told = excluded.told, said_at = excluded.said_at;
