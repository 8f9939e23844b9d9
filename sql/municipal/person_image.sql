-- The photographs of the persons :person_ids, as base64 text with or without a data-URI prefix. Read only when they are sent.
SELECT
    person_id,
    head_image
FROM person
WHERE person_id IN :person_ids;
