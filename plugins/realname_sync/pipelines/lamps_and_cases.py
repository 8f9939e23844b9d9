"""What follows from a pull of the lamps: answers to them are settled, and the cases follow."""

from typing import Any

from realname_sync.pipelines.cases import update_cases
from realname_sync.pipelines.city import City
from realname_sync.pipelines.lamps import pull_lamps
from realname_sync.pipelines.rectify import settle_rectifications
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction


def take_up_lamps(city: City, *, full: bool = False) -> dict[str, Any]:
    """Pull the lamps, settle what was stated after them, and update the cases by the newest checked date.

    Before any date was checked there are no cases yet; the first check opens them.

    Raises:
        RealnameError: whatever the three raise; what was done before stands.
    """
    summary: dict[str, Any] = {"lamps": pull_lamps(city, full=full), "rectifications": settle_rectifications(city)}
    with transaction(city.engine, Role.READ) as connection:
        newest = statements.scalar(connection, "quality/newest_checked_date", last_date=None)
    if newest is not None:
        summary["cases"] = update_cases(city, newest)
    return summary
