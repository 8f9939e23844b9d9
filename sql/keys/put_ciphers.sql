-- Put values back at the places they were found at; how many.
SELECT ops.put_ciphers(:table_name, :column_name, cast(:places AS text[]), cast(:ciphers AS jsonb[]));
