"""A bare full outer join of the platform's rows and the punches, the rows of one side only counted."""

from sqlalchemy import text

from bench.measuring import Watch
from bench.place import Place

_OURS = """
    CREATE TABLE bench_ours AS
    SELECT punch.project_code, person.id_hash AS person_hash, date_trunc('second', punch.punched_at) AS made_at,
        punch.direction
    FROM core.punch JOIN core.person USING (person_id) WHERE punch.work_date = :day"""
_JOIN = """
    SELECT count(*) FROM bench_theirs AS theirs
    FULL JOIN bench_ours AS ours USING (project_code, person_hash, made_at, direction)
    WHERE theirs.person_mask IS NULL OR ours.made_at IS NULL"""


def reference(place: Place, watch: Watch) -> None:
    """Both tables are made before; only the join is timed."""
    city = place.city()
    with city.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS bench_ours"))
        connection.execute(text(_OURS), {"day": place.work_date})
        connection.execute(text("ANALYZE bench_ours"))
        rows = connection.execute(text("SELECT count(*) FROM bench_theirs")).scalar_one()
    with city.engine.connect() as connection, watch.running(rows) as outcome:
        outcome.notes["differing"] = connection.execute(text(_JOIN)).scalar_one()
    city.close()
