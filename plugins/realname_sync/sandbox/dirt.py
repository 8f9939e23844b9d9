"""Plants faults in a clean city and keeps account of each, so that nothing else in it breaks a rule.

A carrier that has been claimed carries no second fault: every planted fault is one finding and not two.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from realname_sync.errors import SettingsError
from realname_sync.sandbox.integrity_data import IntegrityPlatform
from realname_sync.sandbox.model import UNDER_CONSTRUCTION, City, Human, Site
from realname_sync.sandbox.municipal_rows import Attendance
from realname_sync.sandbox.people import People
from realname_sync.sandbox.reference import part, stream
from realname_sync.sandbox.truth import Planted

Carrier = TypeVar("Carrier", bound=Hashable)

_CLOCK_TOLERANCE = timedelta(minutes=10)
_FARTHEST_AHEAD = timedelta(days=2)
_EARLIEST = datetime(2015, 1, 1)  # noqa: DTZ001 - the database's times have no zone


class Planter:
    """Chooses carriers, claims them, and writes down what was planted."""

    def __init__(self, city: City, people: People, platform: IntegrityPlatform) -> None:
        self.city, self.people, self.platform = city, people, platform
        self.rng = stream(city.seed, "dirt")
        self.facts = part("dirt")
        self._claimed: set[Hashable] = set()
        self._planted: list[Planted] = []
        self._punches: list[tuple[str, Attendance, str, str]] = []

    def run(self, steps: "Mapping[str, Step]") -> None:
        """Plant, in the order of the steps, all that dirt.yaml asks for of each: a rule, or a rule and an object."""
        for name, step in steps.items():
            rule, _, of = name.partition(" ")
            for plant in self.facts["plants"]:
                if plant["rule"] == rule and of in ("", plant["of"]):
                    step(self, plant)

    def amount(self, plant: Mapping[str, Any]) -> int:
        """How many are planted: the stated share of what there is, and at least one."""
        share: float = plant["share"]
        return max(1, round(share * self.population(plant["of"])))

    def population(self, of: str) -> int:
        """How many there are of what a share is stated of."""
        city, rows = self.city, self.city.municipal
        sizes: dict[str, int] = {
            "project": len(city.sites),
            "participant": sum(row.object == "participant" and not row.deleted for row in city.shared),
            "corp": sum(row.object == "corp" and not row.deleted for row in city.shared),
            "key_post": len(rows.key_post_filled),
            "person": len(rows.person),
            "worker": sum(row.identity_type == "5" for row in rows.project_worker),
            "project_worker": len(rows.project_worker),
            "entry_exit": len(rows.entry_exit),
            "team": len(rows.team),
            "device": len(rows.device),
            "punch": len(rows.attendance),
        }
        return sizes[of]

    def pick(
        self,
        plant: Mapping[str, Any],
        candidates: Iterable[Carrier],
        amount: int | None = None,
        claim: Callable[[Carrier], Hashable] = lambda carrier: carrier,
        shuffled: bool = True,
    ) -> list[Carrier]:
        """Claim that many carriers out of the candidates that are still free.

        Raises:
            SettingsError: the city is too small to carry them.
        """
        wanted = self.amount(plant) if amount is None else amount
        pool = list(candidates)
        if shuffled:
            self.rng.shuffle(pool)
        picked: list[Carrier] = []
        for carrier in pool:
            if len(picked) == wanted:
                break
            if claim(carrier) not in self._claimed:
                self._claimed.add(claim(carrier))
                picked.append(carrier)
        if len(picked) < wanted:
            raise SettingsError(
                f"this city is too small to carry {wanted} faults of {plant['rule']}: "
                "give it more projects or workers, or lower the share in dirt.yaml"
            )
        return picked

    def is_free(self, token: Hashable) -> bool:
        """Whether nothing has been planted there."""
        return token not in self._claimed

    def claim(self, token: Hashable) -> None:
        """Let nothing more be planted there."""
        self._claimed.add(token)

    def known_sites(self) -> list[Site]:
        """Projects under construction that both platforms have."""
        return [site for site in self.city.sites if site.status == UNDER_CONSTRUCTION and site.shared is not None]

    def plain_workers(self) -> list[Human]:
        """Building workers who are on one running project, under one number, lead no team and have not been claimed."""
        return [
            member.human
            for site in self.known_sites()
            for member in site.members
            if member.worker.identity_type == "5"
            and not member.worker.is_team_leader
            and len(member.human.members) == 1
            and self.is_free(member.human)
        ]

    def note(self, rule: str, name: str, key: str, field: str, note: str) -> None:
        """Write down a fault that is there on every day of the range."""
        self._planted.append(Planted(rule, name, key, field, None, note))

    def note_day(self, rule: str, name: str, key: str, field: str, day: date, note: str) -> None:
        """Write down a fault that is there on one day of the range."""
        self._planted.append(Planted(rule, name, key, field, day, note))

    def note_punch(self, rule: str, row: Attendance, field: str, note: str) -> None:
        """Write down a fault of a punch; its key and its day are settled when the rows get their ids."""
        self._punches.append((rule, row, field, note))

    def settle(self) -> tuple[Planted, ...]:
        """All that was planted, in order."""
        punches = [
            Planted(rule, "punch", str(row.id), field, belongs_to(row), note)
            for rule, row, field, note in self._punches
        ]
        return tuple(sorted(self._planted + punches, key=lambda item: (item.rule, item.object, item.key, item.field)))


Step = Callable[[Planter, Mapping[str, Any]], None]


def belongs_to(row: Attendance) -> date:
    """The day a punch belongs to: its own, or that of its receipt where its time cannot be."""
    implausible = row.punched_at < _EARLIEST or row.punched_at > row.received_at + _FARTHEST_AHEAD
    ahead = row.punched_at > row.received_at + _CLOCK_TOLERANCE
    return (row.received_at if implausible or ahead else row.punched_at).date()
