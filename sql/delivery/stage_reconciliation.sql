-- Room for what a platform lists of the day of a group of projects, for as long as the transaction lasts: the project by its place in the group, the
-- person as in unknown_person where nobody here has the number.
CREATE TEMPORARY TABLE platform_row (
    project_no integer NOT NULL,
    made_at timestamptz NOT NULL,
    person_id text NOT NULL,
    direction text NOT NULL
) ON COMMIT DROP;
