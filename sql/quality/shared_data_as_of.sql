-- When the shared object that was read longest ago was last read for :area_code; NULL where nothing was. Reads ops.pull_cursor.
SELECT min(moved_at) AS as_of
FROM ops.pull_cursor
WHERE area_code = :area_code AND object IN ('project', 'corp', 'participant', 'person', 'registration', 'key_post');
