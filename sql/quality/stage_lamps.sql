-- Lamps as a page told them, for as long as the transaction lasts.
CREATE TEMPORARY TABLE staged_lamp (
    lamp_id text NOT NULL,
    project_code text NOT NULL,
    rule_code text NOT NULL,
    lit_at timestamptz NOT NULL,
    cleared_at timestamptz,
    detail_cipher bytea,
    digest bytea NOT NULL
) ON COMMIT DROP;
