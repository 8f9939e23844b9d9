-- Room for what a platform has of one project's day, for as long as the transaction lasts.
CREATE TEMPORARY TABLE platform_row (
    person_hash bytea NOT NULL,
    person_mask text NOT NULL,
    made_at timestamptz NOT NULL,
    direction text NOT NULL
) ON COMMIT DROP;
