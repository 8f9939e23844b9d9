"""Which rows differ between what a platform lists of many projects and the ledger: staged, then compared at once."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection

from realname_sync.delivery.listings import Listing
from realname_sync.warehouse import bulk, statements
from realname_sync.workdate import day_bounds

_FEW = 2_000
"""Up to so many differing passes, what is known of them is looked up; of more, the whole projects' is read."""

Places = Mapping[str, int]
"""Which number a project has in platform_row."""


def stage_listings(connection: Connection, listed: Mapping[str, Listing]) -> Places:
    """Write what the platform lists of these projects into platform_row, for as long as the transaction lasts."""
    masks = {person: mask for one in listed.values() for person, mask in one.masks.items()}
    known = statements.rows(connection, "delivery/persons_by_hash", person_hashes=list(masks))
    persons = {bytes(row.person_hash): row.person_id for row in known}
    unknown = {person: person.hex() for person in masks if person not in persons}
    persons |= unknown
    places = {project_code: place for place, project_code in enumerate(listed)}

    def rows() -> Iterator[Sequence[Any]]:
        for project_code, one in listed.items():
            place = places[project_code]
            for person, made_at, direction in one.passes:
                yield place, made_at, persons[person], direction

    statements.run(connection, "delivery/stage_reconciliation")
    bulk.copy_rows(connection, "platform_row", ("project_no", "made_at", "person_id", "direction"), rows())
    statements.run(connection, "delivery/index_reconciliation")
    statements.run(connection, "delivery/stage_unknown_persons")
    bulk.copy_rows(
        connection,
        "unknown_person",
        ("person_id", "person_hash", "person_mask"),
        ((person_id, person, masks[person]) for person, person_id in unknown.items()),
    )
    return places


def differing_rows(connection: Connection, places: Places, key: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    """The rows by project that differ between platform_row and the ledger, with how ours stand."""
    day_start, day_end = day_bounds(key["work_date"])
    statements.run(connection, "delivery/stage_differing_passes")
    statements.rows(connection, "delivery/plan_comparison", one_by_one="off")
    differing = statements.run(
        connection,
        "delivery/compare_passes",
        project_codes=list(places),
        project_nos=list(places.values()),
        day_start=day_start,
        day_end=day_end,
        **key,
    )
    statements.rows(connection, "delivery/plan_comparison", one_by_one="on" if differing < _FEW else "off")
    return known_of_passes(connection, list(places), key) if differing else {}


def known_of_passes(
    connection: Connection, project_codes: Sequence[str], key: Mapping[str, Any]
) -> dict[str, Sequence[Any]]:
    """What is known now of the passes that were found to differ, by project; the passes are not compared again."""
    day_start, day_end = day_bounds(key["work_date"])
    rows = statements.rows(
        connection,
        "delivery/differing_rows",
        project_codes=list(project_codes),
        day_start=day_start,
        day_end=day_end,
        **key,
    )
    return {code: list(alike) for code, alike in groupby(rows, key=attrgetter("project_code"))}
