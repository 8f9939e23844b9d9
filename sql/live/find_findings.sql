-- The findings of :work_date that the filters leave, one page of them in the wanted order; `total` counts all that are left.
-- Filters are empty for all: :severity, :rule_id, :owner, :object, :project_code, :area_code (a division covers its parts), :change
-- ('new': not found on :previous_date; 'open': found then, too), :wanted (part of id, rule, key, field, project, without regard to case).
-- Expected and actual are not searched: whoever guesses at a masked value would learn whether it is there.
-- The muted ones are left out. Reads marts.counted_finding, quality.finding. Writes nothing.
-- :sort is a column's name, :descending turns it, :most and :skipped are the page.
WITH today AS (
    SELECT
        finding.rule_id,
        finding.severity,
        finding.object,
        finding.object_key,
        finding.field,
        finding.expected,
        finding.actual,
        finding.owner,
        finding.remedy,
        finding.project_code,
        finding.project_name,
        finding.area_code,
        quality.finding_id(finding.rule_id, finding.object, finding.object_key, finding.field) AS finding_id,
        NOT EXISTS (
            SELECT FROM quality.finding AS former
            WHERE
                former.work_date = cast(:previous_date AS date) AND former.rule_id = finding.rule_id
                AND former.object = finding.object AND former.object_key = finding.object_key AND former.field = finding.field
        ) AS is_new
    FROM marts.counted_finding AS finding
    WHERE
        finding.work_date = cast(:work_date AS date)
        AND (cast(:severity AS text) IS NULL OR finding.severity = cast(:severity AS text))
        AND (cast(:rule_id AS text) IS NULL OR finding.rule_id = cast(:rule_id AS text))
        AND (cast(:owner AS text) IS NULL OR finding.owner = cast(:owner AS text))
        AND (cast(:object AS text) IS NULL OR finding.object = cast(:object AS text))
        AND (cast(:project_code AS text) IS NULL OR finding.project_code = cast(:project_code AS text))
        AND (cast(:area_code AS text) IS NULL OR quality.lies_within(finding.area_code, cast(:area_code AS text)))
),

wanted AS (
    SELECT
        today.*,
        CASE cast(:sort AS text)
            WHEN 'severity' THEN cast(array_position(ARRAY['stop', 'warn', 'note'], today.severity) AS text)
            WHEN 'object' THEN today.object || ' ' || today.object_key
            WHEN 'field' THEN today.field
            WHEN 'project' THEN concat_ws(' ', today.area_code, today.project_name, today.project_code)
            WHEN 'owner' THEN today.owner
            ELSE today.rule_id
        END COLLATE "C" AS sorted_by
    FROM today
    WHERE
        (
            cast(:change AS text) IS NULL
            OR today.is_new = (cast(:change AS text) = 'new')
        )
        AND (
            cast(:wanted AS text) IS NULL
            OR strpos(
                lower(
                    concat_ws(
                        ' ',
                        today.finding_id,
                        today.rule_id,
                        today.object_key,
                        today.field,
                        today.project_code,
                        today.project_name
                    )
                ),
                lower(cast(:wanted AS text))
            ) > 0
        )
)

SELECT
    *,
    count(*) OVER () AS total
FROM wanted
ORDER BY
    CASE WHEN cast(:descending AS boolean) THEN NULL ELSE sorted_by END ASC,
    CASE WHEN cast(:descending AS boolean) THEN sorted_by END DESC,
    rule_id ASC,
    object_key ASC,
    field ASC
LIMIT :most OFFSET :skipped;
