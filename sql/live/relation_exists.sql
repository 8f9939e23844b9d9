-- Whether there is a table or view :relation, and this role may read it. Reads the catalogue. Writes nothing.
SELECT coalesce(has_table_privilege(to_regclass(:relation), 'SELECT'), FALSE);
