-- The persons that these numbers belong to, one for each number. Reads core.person.
SELECT
    id_hash AS person_hash,
    min(person_id) AS person_id
FROM core.person
WHERE id_hash = any(cast(:person_hashes AS bytea[]))
GROUP BY id_hash;
