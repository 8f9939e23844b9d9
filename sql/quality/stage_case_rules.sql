-- What opens a case on the date that is worked on, for as long as the transaction lasts. cause: a rule, or a lamp's rule code.
CREATE TEMPORARY TABLE staged_case_rule (
    cause text PRIMARY KEY,
    rule_id text,
    rule_code text,
    level text NOT NULL,
    due_days integer NOT NULL,
    per text NOT NULL,
    closes text NOT NULL
) ON COMMIT DROP;
