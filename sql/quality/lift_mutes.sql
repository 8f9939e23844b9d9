-- End mutes that are not over on :today: the one of that number, those of that finding, or those of that rule as a whole.
-- Writes quality.mute.
UPDATE quality.mute
SET lifted_at = :lifted_at, lifted_by = :lifted_by
WHERE
    lifted_at IS NULL AND until_date >= :today
    AND (
        mute_id = cast(:mute_id AS bigint)
        OR finding_id = cast(:finding_id AS text)
        OR (finding_id IS NULL AND rule_id = cast(:rule_id AS text))
    );
