-- The mutes that hold on :today or later, with :every_one all there ever were; and what each is about. Reads quality.mute, quality.finding.
SELECT
    mute.mute_id,
    mute.rule_id,
    mute.finding_id,
    mute.project_code,
    mute.reason,
    mute.muted_by,
    mute.from_date,
    mute.until_date,
    mute.created_at,
    mute.lifted_at,
    mute.lifted_by,
    CASE
        WHEN mute.lifted_at IS NOT NULL THEN 'lifted'
        WHEN mute.until_date < :today THEN 'over'
        WHEN mute.from_date > :today THEN 'to come'
        ELSE 'in force'
    END AS state
FROM quality.mute AS mute
WHERE
    (:every_one OR (mute.lifted_at IS NULL AND mute.until_date >= :today))
    AND (
        (cast(:rule_id AS text) IS NULL AND cast(:finding_id AS text) IS NULL)
        OR mute.finding_id = cast(:finding_id AS text)
        OR (mute.finding_id IS NULL AND mute.rule_id = cast(:rule_id AS text))
    )
ORDER BY mute.mute_id;
