"""Nothing stands in the way of spreading big tables over machines: their keys hold the work date and the project."""

from sqlalchemy import Engine, text

_KEYS = """
    SELECT
        cast(cast(parent.oid AS regclass) AS text) AS name,
        array(
            SELECT cast(attname AS text) FROM pg_attribute
            WHERE attrelid = parent.oid AND attnum = ANY (key.indkey)
        ) AS columns
    FROM pg_class AS parent
    LEFT JOIN pg_index AS key ON key.indrelid = parent.oid AND key.indisunique
    WHERE parent.relkind = 'p'
    ORDER BY name"""

# Partitioned by work date, but not by project. None of them has a row for each punch.
BY_DATE_ALONE = {
    "delivery.journal": "one hash chain for each date and platform; a row for each thing told of a batch",
    "delivery.discrepancy": "has no key; a row for each difference a reconciliation finds",
    "quality.finding": "some findings belong to no project",
    "quality.device_clock": "a device belongs to one project at a time, and may change it",
}


def test_the_key_of_every_table_of_a_date_holds_date_and_project(warehouse: Engine) -> None:
    with warehouse.connect() as connection:
        keys = {row.name: set(row.columns) for row in connection.execute(text(_KEYS))}
    of_punches = {
        "core.punch",
        "core.punch_version",
        "delivery.punch_batch",
        "delivery.row_outcome",
        "delivery.backlog",
    }
    assert of_punches <= set(keys) - set(BY_DATE_ALONE)
    lacking = {name for name, columns in keys.items() if not {"work_date", "project_code"} <= columns}
    assert lacking == set(BY_DATE_ALONE)


def test_what_grows_with_workers_and_projects_and_is_told_to_a_platform_holds_the_project(warehouse: Engine) -> None:
    statement = """
        SELECT array_agg(cast(attname AS text)) FROM pg_index AS key
        INNER JOIN pg_attribute ON attrelid = key.indrelid AND attnum = ANY (key.indkey)
        WHERE key.indisprimary AND key.indrelid = cast(:name AS regclass)"""
    with warehouse.connect() as connection:
        for name in ("delivery.registration", "core.project_worker", "core.contract"):
            assert "project_code" in connection.execute(text(statement), {"name": name}).scalar_one(), name
