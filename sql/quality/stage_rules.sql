-- The rules of this run, for as long as the transaction lasts.
CREATE TEMPORARY TABLE staged_rule (
    rule_id text PRIMARY KEY,
    severity text NOT NULL,
    owner text NOT NULL,
    remedy text NOT NULL,
    objects text[] NOT NULL,
    scopes text[] NOT NULL,
    gives_way_to text[] NOT NULL,
    only_warns_on text[] NOT NULL,
    rests_on text[] NOT NULL
) ON COMMIT DROP;
