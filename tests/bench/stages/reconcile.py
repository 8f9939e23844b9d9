"""Reconciliation: what a platform has of a day against the ledger, row by row, project by project."""

from sqlalchemy import text

from bench.measuring import Watch
from bench.place import Place
from realname_sync.delivery.reconciliation import judge
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.workdate import day_bounds

TARGET = "province"
# The platform's rows: what was acknowledged, but for one row in 1 000 that it lost.
THEIRS = """
    CREATE TABLE bench_theirs AS
    SELECT sent.project_code, person.id_hash AS person_hash, person.id_mask AS person_mask,
        date_trunc('second', sent.punched_at) AS made_at, sent.direction
    FROM delivery.sent_punch AS sent
    JOIN delivery.batch USING (work_date, project_code, batch_id)
    JOIN core.person USING (person_id)
    WHERE sent.work_date = :day AND sent.target = :target AND batch.state = 'acknowledged'
        AND hashtext(sent.punch_id) % 1000 <> 0"""


def make_theirs(place: Place) -> None:
    """Make the platform's rows anew."""
    city = place.city()
    with city.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS bench_theirs"))
        connection.execute(text(THEIRS), {"day": place.work_date, "target": TARGET})
        connection.execute(text("CREATE INDEX ON bench_theirs (project_code)"))
        connection.execute(text("GRANT SELECT ON bench_theirs TO realname_send"))
        connection.execute(text("ANALYZE bench_theirs"))
    city.close()


def ours(place: Place, watch: Watch) -> None:
    """The comparison of every project, as a reconciliation of every row makes it; the database stages the rows."""
    make_theirs(place)
    city = place.city()
    start, end = day_bounds(place.work_date)
    key = {"work_date": place.work_date, "target": TARGET, "projects": None, "shard": 1, "shards": 1}
    with city.engine.begin() as connection:
        projects = connection.execute(text("SELECT DISTINCT project_code FROM bench_theirs ORDER BY 1")).scalars().all()
        rows = connection.execute(text("SELECT count(*) FROM bench_theirs")).scalar_one()
    missing = 0
    with watch.running(rows) as outcome:
        for project_code in projects:
            with transaction(city.engine, Role.SEND) as connection:
                statements.run(connection, "delivery/stage_reconciliation")
                connection.execute(
                    text(
                        "INSERT INTO platform_row SELECT person_hash, person_mask, made_at, direction FROM bench_theirs"
                        " WHERE project_code = :project"
                    ),
                    {"project": project_code},
                )
                differing = statements.rows(
                    connection,
                    "delivery/differing_reconciliation_rows",
                    project_code=project_code,
                    day_start=start,
                    day_end=end,
                    **key,
                )
                missing += sum(one.kind == "missing" for one in judge(differing))
    outcome.notes = {"missing": missing, "projects": len(projects)}
    city.close()
