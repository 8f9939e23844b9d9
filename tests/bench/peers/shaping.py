"""Shape: every row that a check looks at held to its suite."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from bench.peers.work import Peer, Work, url
from realname_sync.pipelines.city_code import city_code
from realname_sync.quality.catalogue import load_catalogue
from realname_sync.quality.shape import Question, questions_about


class Shaping(Work):
    """Attributes: see Work."""

    name, title = "shape", "the shape of the day and of all master data"

    def prepare(self) -> None:
        """Count the rows that there are to look at."""
        self.ground.bring_to("checked")
        place = self.ground.place
        city = place.city()
        with city.engine.begin() as connection:
            connection.execute(text("SELECT set_config('realname.work_date', :day, true)"), {"day": place.day})
            views = {question.suite.view for question in self._questions(city)}
            self.rows = sum(
                int(connection.execute(text(f"SELECT count(*) FROM quality.{view}")).scalar_one()) for view in views
            )
        city.close()
        self.wanted = self.ground.run("bench.stages.shape:every_suite")["notes"]["found"]

    def job(self, peer: Peer) -> Mapping[str, Any]:
        """The suites as they stand in this repository."""
        place = self.ground.place
        city = place.city()
        questions = self._questions(city)
        city.close()
        return {
            "target": url(self.ground, place.warehouse, "psycopg2"),
            "options": f"-c search_path=quality -c timezone=UTC -c realname.work_date={place.day}",
            "suites": [
                {
                    "object": one.suite.object,
                    "view": one.suite.view,
                    "expectations": [dict(expectation) for expectation in one.expectations],
                    "parameters": dict(one.bounds.parameters),
                }
                for one in questions
            ],
        }

    def _questions(self, city: Any) -> list[Question]:
        day = self.ground.place.work_date
        rules = load_catalogue().in_force(day, city_code(city))
        return questions_about(day, rules)
