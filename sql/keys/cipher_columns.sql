-- Every column with protected values.
SELECT
    table_name,
    column_name
FROM ops.cipher_column
ORDER BY table_name, column_name;
