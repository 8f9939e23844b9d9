-- One row a finding and work date; when it was first and last seen follows from the rows (quality.finding_life).
CREATE TABLE quality.finding (
    work_date date NOT NULL,
    rule_id text NOT NULL,
    object text NOT NULL,
    object_key text NOT NULL,
    field text NOT NULL DEFAULT '',
    severity text NOT NULL CHECK (severity IN ('stop', 'warn', 'note')),
    project_code text,
    area_code text,
    expected text,
    actual text,
    owner text NOT NULL,
    remedy text NOT NULL,
    found_at timestamptz NOT NULL,
    PRIMARY KEY (work_date, rule_id, object, object_key, field)
) PARTITION BY RANGE (work_date);

CREATE VIEW quality.finding_life AS
SELECT
    rule_id,
    object,
    object_key,
    field,
    min(work_date) AS first_seen,
    max(work_date) AS last_seen,
    count(*) AS days_seen
FROM quality.finding
GROUP BY rule_id, object, object_key, field;
