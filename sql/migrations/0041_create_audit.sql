-- Who saw or sent out an unmasked value, and why. Rows are only added: no role may change or remove one, and a trigger says so to all others.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'realname_reveal') THEN
        CREATE ROLE realname_reveal NOLOGIN;
    END IF;
END
$$;
COMMENT ON ROLE realname_reveal IS 'may have a value revealed; granted to single logins by an administrator, not by a migration';

CREATE TABLE ops.disclosure (
    disclosure_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    disclosed_at timestamptz NOT NULL,
    by_whom text NOT NULL CHECK (btrim(by_whom) <> ''),
    login text NOT NULL DEFAULT session_user,
    kind text NOT NULL CHECK (kind IN ('reveal', 'correction')),
    subject text NOT NULL,
    field text NOT NULL,
    disclosed_rows integer NOT NULL,
    reason text NOT NULL CHECK (btrim(reason) <> '')
);
COMMENT ON COLUMN ops.disclosure.by_whom IS 'as the command was told; login is whom the database knows';
COMMENT ON COLUMN ops.disclosure.subject IS 'whose value, by the key of the row: never the value itself';
COMMENT ON COLUMN ops.disclosure.disclosed_rows IS '0 where there was nothing of that key: asking is kept as well';

CREATE FUNCTION ops.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only added', tg_table_name USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON ops.disclosure
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- The only way to a value for who reveals: whatever is given back has its row in ops.disclosure in the same transaction.
CREATE FUNCTION ops.reveal(what text, subject text, field text, by_whom text, reason text, asked_at timestamptz)
RETURNS TABLE (place text, cipher bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    person text;
    found_rows integer;
BEGIN
    IF what NOT IN ('person', 'punch') OR field NOT IN ('number', 'phone', 'card') THEN
        RAISE EXCEPTION 'nothing of that kind can be revealed';
    END IF;
    IF what = 'person' THEN
        person := subject;
    ELSE
        SELECT punch.person_id INTO person FROM core.punch WHERE punch.punch_id = subject ORDER BY punch.work_date DESC LIMIT 1;
    END IF;
    CREATE TEMPORARY TABLE revealed ON COMMIT DROP AS
    SELECT DISTINCT ON (kept.place, kept.hash) kept.place, kept.cipher
    FROM (
        SELECT 'municipal platform' AS place,
            CASE reveal.field WHEN 'number' THEN known.id_cipher WHEN 'phone' THEN known.phone_cipher END AS cipher,
            CASE reveal.field WHEN 'number' THEN known.id_hash WHEN 'phone' THEN known.phone_hash END AS hash
        FROM core.person AS known WHERE known.person_id = person
        UNION ALL
        SELECT 'integrity platform', CASE reveal.field WHEN 'number' THEN known.id_cipher WHEN 'phone' THEN known.phone_cipher END,
            CASE reveal.field WHEN 'number' THEN known.id_hash WHEN 'phone' THEN known.phone_hash END
        FROM core.current_person AS known WHERE known.person_id = person
        UNION ALL
        SELECT 'municipal platform', worker.bank_card_cipher, worker.bank_card_hash
        FROM core.project_worker AS worker WHERE worker.person_id = person AND reveal.field = 'card'
    ) AS kept
    WHERE kept.cipher IS NOT NULL;
    SELECT count(*) INTO found_rows FROM pg_temp.revealed;
    INSERT INTO ops.disclosure (disclosed_at, by_whom, kind, subject, field, disclosed_rows, reason)
    VALUES (asked_at, reveal.by_whom, 'reveal', what || ' ' || reveal.subject, reveal.field, found_rows, reveal.reason);
    RETURN QUERY SELECT revealed.place, revealed.cipher FROM pg_temp.revealed;
END
$$;

REVOKE EXECUTE ON FUNCTION ops.reveal(text, text, text, text, text, timestamptz) FROM public;
GRANT USAGE ON SCHEMA ops TO realname_reveal;
GRANT EXECUTE ON FUNCTION ops.reveal(text, text, text, text, text, timestamptz) TO realname_reveal;
GRANT SELECT ON ops.disclosure TO realname_read;
GRANT INSERT ON ops.disclosure TO realname_check;
