-- What the rules of this run find, for as long as the transaction lasts.
CREATE TEMPORARY TABLE staged_finding (
    rule_id text NOT NULL,
    object text NOT NULL,
    object_key text NOT NULL,
    field text NOT NULL,
    project_code text,
    expected text,
    actual text
) ON COMMIT DROP;
