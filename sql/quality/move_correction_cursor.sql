-- Note up to when the platform was asked which corrections changed. Writes quality.correction_cursor.
INSERT INTO quality.correction_cursor AS known (platform, asked_until)
VALUES ('integrity', :asked_until)
ON CONFLICT (platform) DO UPDATE
    SET asked_until = greatest(known.asked_until, excluded.asked_until);
