-- How the punches of :work_date stand at each platform where that is remembered and nothing has changed since: as delivery/look_for_rest has it, but
-- for what decides whether anything is due. Reads delivery.rest, noted_change, core.work_day.
SELECT
    rest.target,
    rest.states
FROM delivery.rest AS rest
INNER JOIN core.work_day AS day ON day.work_date = rest.work_date AND day.change_no = rest.change_no
INNER JOIN pg_control_system() AS cluster ON cluster.system_identifier = rest.cluster_id
WHERE
    rest.work_date = :work_date AND rest.shards = 1 AND rest.seen_at > now() - interval '1 day'
    AND delivery.has_seen_all_changes(rest.snapshot);
