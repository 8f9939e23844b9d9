-- All persons; the photograph itself is fetched when it is sent (person_image.sql). Edit for another vendor; keep the columns.
SELECT
    person_id,
    name,
    id_card_type,
    id_number,
    gender,
    birthday,
    nation,
    address,
    grant_org,
    phone,
    education,
    politics,
    octet_length(head_image) AS head_image_size,
    updated_at
FROM person;
