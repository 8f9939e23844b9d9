-- What a suite asks without regard to the date is kept beside what hangs on it, so that the one may stand for other dates too. What was kept before
-- is shown as ever, and asked again when its date is checked.
ALTER TABLE quality.shape_result
ADD COLUMN part text NOT NULL DEFAULT 'lasting' CHECK (part IN ('lasting', 'dated')),
DROP CONSTRAINT shape_result_pkey,
ADD PRIMARY KEY (work_date, object, part);
ALTER TABLE quality.shape_result ALTER COLUMN part DROP DEFAULT;
UPDATE quality.shape_result SET seen = NULL;
COMMENT ON COLUMN quality.shape_result.part IS
'dated: what hangs on the work date, by a bound or because only rows of the date are looked at; lasting: all else';
CREATE INDEX shape_result_seen ON quality.shape_result (seen);
