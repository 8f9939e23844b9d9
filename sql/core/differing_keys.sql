-- The keys of what is to be read again, :most at most; NULL where nothing is. Reads differing_attendance (temporary).
SELECT array_agg(id ORDER BY id) AS ids
FROM (
    SELECT DISTINCT id
    FROM differing_attendance
    WHERE NOT is_gone
    ORDER BY id
    LIMIT :most
) AS differing;
