-- Key posts as filled on site on :work_date that :target does not have yet.
SELECT
    post.project_code,
    concat_ws('|', post.post_code, post.person_id) AS local_key,
    known.digest AS refused_digest,
    post.project_code AS "projectCode",
    post.post_code AS "postCode",
    person.id_cipher AS "idCardNumber",
    coalesce(shared.name, person.name) AS "workerName",
    post.registration_category AS "registrationCategory",
    post.registration_level AS "registrationLevel",
    post.registration_no AS "registrationNo",
    post.start_date AS "startDate",
    post.end_date AS "endDate"
FROM core.key_post_filled AS post
INNER JOIN delivery.open_project AS open_one
    ON
        open_one.target = :target AND open_one.project_code = post.project_code
        AND delivery.in_shard(open_one.slot, :shard, :shards)
        AND delivery.is_chosen(open_one.project_code, cast(:projects AS text[]))
INNER JOIN core.person AS person ON person.person_id = post.person_id
INNER JOIN delivery.registration AS registered
    ON
        registered.target = :target AND registered.kind = 'worker' AND registered.state = 'acknowledged'
        AND registered.project_code = post.project_code AND registered.local_key = post.person_id
LEFT JOIN LATERAL (
    SELECT current_person.name FROM core.current_person AS current_person
    WHERE current_person.id_hash = person.id_hash
    ORDER BY current_person.source_id
    LIMIT 1
) AS shared ON TRUE
LEFT JOIN delivery.registration AS known
    ON
        known.target = :target AND known.kind = 'key_post' AND known.project_code = post.project_code
        AND known.local_key = concat_ws('|', post.post_code, post.person_id)
WHERE
    (known.state IS NULL OR known.state = 'refused')
    AND post.start_date <= :work_date AND (post.end_date IS NULL OR post.end_date >= :work_date)
    AND NOT EXISTS (
        SELECT 1 FROM quality.finding AS stop
        WHERE
            stop.work_date = :work_date AND stop.severity = 'stop' AND stop.object = 'key_post'
            AND stop.object_key = concat_ws('|', post.project_code, post.post_code, post.person_id)
    );
