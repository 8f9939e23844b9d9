-- One text for the versions of the rows that each of the views :views of quality rests on now. Writes nothing.
SELECT
    view_name,
    quality.digest_of_rows(view_name) AS digest
FROM unnest(cast(:views AS text[])) AS view_name;
