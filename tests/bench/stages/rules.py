"""Rules: every one alone over a day, and the whole check of the day."""

import time

from bench.measuring import Watch
from bench.place import Place
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.city_code import city_code
from realname_sync.quality import attendance, findings
from realname_sync.quality.catalogue import load_catalogue
from realname_sync.quality.requirements import stage_requirements
from realname_sync.quality.rules import run_rule


def check(place: Place, watch: Watch) -> None:
    """The check as it is run: statements and suites side by side, findings replaced."""
    city = place.city()
    city.engine.connect().close()
    with watch.running(place.rows) as outcome:
        told = check_consistency(city, place.work_date)
    outcome.notes = {"findings": told["findings"], "stop": told["stop"]}
    city.close()


def alone(place: Place, watch: Watch) -> None:
    """Each statement by itself, in parts; nothing of it is kept."""
    city = place.city()
    code = city_code(city)
    rules = load_catalogue().in_force(place.work_date, code)
    with city.engine.connect() as connection, connection.begin() as whole:
        findings.begin_staging(connection, rules.values())
        stage_requirements(connection, place.work_date, code)
        with watch.running(place.rows) as outcome:
            with watch.part("observe attendance"):
                attendance.observe(connection, rules, place.work_date, code, city.clock())
            for rule in rules.values():
                if rule.statement is not None:
                    began = time.perf_counter()
                    run_rule(connection, rule, place.work_date, code, city.clock())
                    outcome.parts[rule.id] = time.perf_counter() - began
        whole.rollback()
    city.close()
