-- What the suites said stands while the rows they look at and what they ask are the same: then Great Expectations is not asked again.
ALTER TABLE quality.shape_result
ADD COLUMN seen text,
ADD COLUMN found jsonb;
COMMENT ON COLUMN quality.shape_result.seen IS
'digest of what was asked and of the rows that were looked at; NULL where they changed meanwhile, and then the suite is asked again';
COMMENT ON COLUMN quality.shape_result.found IS
'the findings the suite made, before those that others explain are dropped; NULL where there are too many to be kept here';

CREATE FUNCTION quality.digest_of_rows(view_name text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    digest text;
BEGIN
    EXECUTE format(
        'SELECT count(*) || '':'' || coalesce(sum(hashtextextended(CAST(one AS text), 0)), 0) FROM quality.%I AS one', view_name
    )
    INTO digest;
    RETURN digest;
END
$$;
COMMENT ON FUNCTION quality.digest_of_rows(text) IS 'one short text for the rows of a view of quality, whatever their order';
