"""Asks what a platform lists of the day of many projects, several at once; numbers are kept as hash and mask only."""

from collections.abc import Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime

from realname_sync.delivery.desk import Desk
from realname_sync.delivery.passes import read_pass
from realname_sync.errors import MalformedAnswerError, RealnameError
from realname_sync.warehouse.protection import mask

QUESTIONS_AT_ONCE = 8
_OF_A_GROUP = QUESTIONS_AT_ONCE // 2  # two groups are asked after at the same time

ListedPass = tuple[bytes, datetime, str]
"""Hash of the number, instant to the second, direction."""


@dataclass(frozen=True)
class Listing:
    """What a platform lists of a project's day.

    Attributes:
        asked_at: the instant before it was asked.
        passes: the rows that can be read.
        masks: of the persons in them, by hash.
        unreadable: how many rows cannot be read.
        counted: how many rows the platform counts, asked after they were listed.
    """

    asked_at: datetime
    passes: Sequence[ListedPass] = field(repr=False)
    masks: dict[bytes, str] = field(repr=False)
    unreadable: int
    counted: int

    @property
    def listed(self) -> int:
        """How many rows it lists."""
        return len(self.passes) + self.unreadable


@dataclass
class Listings:
    """The projects that were listed whole; `failure` is what kept the others from it."""

    of: dict[str, Listing] = field(default_factory=dict)
    failure: RealnameError | None = None


def list_projects(desk: Desk, project_codes: Sequence[str]) -> Listings:
    """What the platform has of these projects' day.

    Once an answer fails nothing more is asked. What was listed whole until then counts all the same.
    """
    listings = Listings()
    with ThreadPoolExecutor(_OF_A_GROUP) as pool:
        asked = {pool.submit(_list, desk, project_code): project_code for project_code in project_codes}
        for answer in as_completed(asked):
            try:
                listings.of[asked[answer]] = answer.result()
            except CancelledError:
                continue
            except RealnameError as failure:
                listings.failure = listings.failure or failure
                for other in asked:
                    other.cancel()
    return listings


def _list(desk: Desk, project_code: str) -> Listing:
    asked_at = desk.clock()
    hashes: dict[str, bytes] = {}
    passes: list[ListedPass] = []
    masks: dict[bytes, str] = {}
    unreadable = 0
    for page in desk.uplink.attendance_pages(project_code, desk.work_date):
        for row in page.rows:
            try:
                number, made_at, direction = read_pass(desk.target, row)
            except MalformedAnswerError:
                unreadable += 1
                continue
            if number not in hashes:
                hashes[number] = desk.vault.hash(number)
                masks[hashes[number]] = mask(number)
            passes.append((hashes[number], made_at, direction))
    counted = desk.uplink.attendance_day(project_code, desk.work_date).rows
    return Listing(asked_at, passes, masks, unreadable, counted)
