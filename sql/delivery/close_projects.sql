-- Forget which projects :target can be told about; refresh_open_projects says it anew in the same transaction.
DELETE FROM delivery.open_project
WHERE target = :target;
