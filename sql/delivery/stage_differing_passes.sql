-- Room for the passes of a group of projects that a platform has more often than was acknowledged, or, below zero, less often.
CREATE TEMPORARY TABLE differing_pass (
    project_code text NOT NULL,
    person_id text NOT NULL,
    made_at timestamptz NOT NULL,
    direction text,
    surplus bigint NOT NULL
) ON COMMIT DROP;
