-- Room for the persons of platform_row whose number nobody here has, known by its hash in hexadecimal.
CREATE TEMPORARY TABLE unknown_person (
    person_id text NOT NULL,
    person_hash bytea NOT NULL,
    person_mask text NOT NULL
) ON COMMIT DROP;
