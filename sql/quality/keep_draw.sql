-- Keep a draw with all it was made from. Writes quality.draw.
INSERT INTO quality.draw (
    drawn_for, seed, algorithm, project_count, per_project, weights, population, exclusions, result, drawn_at, drawn_by
)
VALUES (
    :drawn_for, :seed, :algorithm, :project_count, :per_project, cast(:weights AS jsonb), cast(:population AS jsonb),
    cast(:exclusions AS jsonb), cast(:result AS jsonb), :drawn_at, :drawn_by
)
RETURNING draw_id;
