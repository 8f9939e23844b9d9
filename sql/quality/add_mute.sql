-- Mute a finding, or the findings of a rule, of one project if given. Writes quality.mute; yields mute_id.
INSERT INTO quality.mute (rule_id, finding_id, project_code, reason, muted_by, from_date, until_date, created_at)
VALUES (:rule_id, :finding_id, :project_code, :reason, :muted_by, :from_date, :until_date, :created_at)
RETURNING mute_id;
