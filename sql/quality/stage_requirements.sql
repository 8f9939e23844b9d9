-- The tables of expectations/requirements.yaml that hold for the date and the city of this run, a row a row, for as long as the transaction
-- lasts. `content` has the columns of its kind.
CREATE TEMPORARY TABLE staged_requirement (
    requirement_id text NOT NULL,
    kind text NOT NULL,
    content jsonb NOT NULL
) ON COMMIT DROP;
