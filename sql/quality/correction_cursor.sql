-- Up to when the platform was asked which corrections changed, NULL before the first time. Reads quality.correction_cursor.
SELECT max(asked_until) AS asked_until
FROM quality.correction_cursor
WHERE platform = 'integrity';
