-- Random draws of projects and inspectors, kept with all that is needed to draw them again.
CREATE TABLE quality.draw (
    draw_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drawn_for date NOT NULL,
    seed text NOT NULL,
    algorithm text NOT NULL,
    project_count integer NOT NULL,
    per_project integer NOT NULL,
    weights jsonb NOT NULL,
    population jsonb NOT NULL,
    exclusions jsonb NOT NULL,
    result jsonb NOT NULL,
    drawn_at timestamptz NOT NULL,
    drawn_by text NOT NULL
);
COMMENT ON TABLE quality.draw IS 'random draws; a draw is never changed, a further one has its own number';
COMMENT ON COLUMN quality.draw.drawn_for IS 'the day whose projects under construction are the population';
COMMENT ON COLUMN quality.draw.weights IS 'the entry of expectations/draws.yaml the weights were made by';
COMMENT ON COLUMN quality.draw.population IS 'projects with weight and companies, inspectors with what they are related to; nothing personal';
COMMENT ON COLUMN quality.draw.exclusions IS 'who was kept out, of which project or of all, and why';

GRANT SELECT ON quality.draw TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT ON quality.draw TO realname_check;
