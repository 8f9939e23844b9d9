"""The invented city: companies, sites, people and who works where, beside the rows both platforms hold of them."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from realname_sync.sandbox.municipal_rows import (
    CorpCopy,
    Device,
    EntryExit,
    KeyPostFilled,
    Municipal,
    ParticipantCopy,
    Person,
    ProjectCopy,
    ProjectWorker,
    Team,
)

UNDER_CONSTRUCTION = "003"


@dataclass(frozen=True, slots=True)
class Days:
    """The days the city is generated for, both included."""

    first: date
    last: date

    @property
    def closing(self) -> datetime:
        """The first instant after the range; nothing was received at it or later."""
        return datetime.combine(self.last + timedelta(days=1), time.min)

    def entered(self, day: date) -> datetime:
        """When a fact of that day was typed in or loaded: that night, or about noon on the last day."""
        if day >= self.last:
            return datetime.combine(self.last, time(12, 30, 2))
        return datetime.combine(day + timedelta(days=1), time(2, 15, 7))


@dataclass(slots=True, eq=False, repr=False)
class Company:
    """A company or institution."""

    kind: str
    code: str
    name: str
    registration_type: str
    area_code: str
    legal_man: str
    register_date: date
    address: str
    shared: bool
    """Whether the integrity platform knows it."""
    qualifications: list[dict[str, str]] = field(default_factory=list)
    copy: CorpCopy | None = None
    row: "SharedRow | None" = None


@dataclass(slots=True, eq=False, repr=False)
class Registration:
    """A registration of a person, with the safety certificate that goes with it."""

    category: str
    number: str
    level: str | None
    specialties: list[str]
    issued: date
    valid_to: date
    certificate: str | None = None
    certificate_number: str | None = None
    certificate_until: date | None = None


@dataclass(slots=True, eq=False, repr=False)
class Human:
    """A person as they really are."""

    id_number: str
    name: str
    female: bool
    birthday: date
    nation: str
    address: str
    grant_org: str
    phone: str
    education: str
    politics: str
    bank_card: str
    bank_code: str
    employer: Company
    shared_id: str | None = None
    """The integrity platform's number of the person, if it knows them."""
    registration: Registration | None = None
    members: list["Member"] = field(default_factory=list)
    appointments: list["Appointment"] = field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False)
class Participation:
    """A company that takes part in a project."""

    company: Company
    corp_type: str
    contract_no: str
    contract_amount: Decimal
    entry_time: datetime
    exit_time: datetime | None
    manager: Human
    copy: ParticipantCopy | None = None
    shared: "SharedRow | None" = None


@dataclass(slots=True, eq=False, repr=False)
class Gate:
    """A device at its gate and how its clock and counter stand."""

    row: Device
    clock_ahead: int
    counts_records: bool
    next_record: int

    def record_id(self) -> str | None:
        """The number of the next record; None from a device that counts none."""
        if not self.counts_records:
            return None
        self.next_record += 1
        return str(self.next_record)


@dataclass(slots=True, eq=False, repr=False)
class Site:
    """A project."""

    code: str
    name: str
    category: str
    function: str
    area_code: str
    address: str
    lng: Decimal
    lat: Decimal
    status: str
    start: date
    plan_complete: date
    completed: date | None
    owner: Company
    contractor: Company
    supervision: Company | None
    permit_number: str
    amount: Decimal
    size: str | None = None
    """Large (01), medium (02) or small (03) as the integrity platform states it; else it follows from the measures."""
    stop: tuple[date, date] | None = None
    participations: list[Participation] = field(default_factory=list)
    appointments: list["Appointment"] = field(default_factory=list)
    members: list["Member"] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)
    copy: ProjectCopy | None = None
    shared: "SharedRow | None" = None

    @property
    def area(self) -> Decimal | None:
        """Floor area of a building in m²; the amount is in 10 000 yuan."""
        return self.amount * 3 if self.category == "01" else None

    def works_on(self, day: date) -> bool:
        """Whether people pass the gates on that day."""
        stopped = self.stop is not None and self.stop[0] <= day <= self.stop[1]
        return self.status == UNDER_CONSTRUCTION and self.start <= day and not stopped


@dataclass(slots=True, eq=False, repr=False)
class Member:
    """A person on the roster of a project, with their stays there."""

    site: Site
    human: Human
    person: Person
    worker: ProjectWorker
    team: Team | None
    pattern: str
    stays: list[tuple[date, date | None]]
    movements: list[EntryExit]
    leave: tuple[date, date] | None = None

    def present_on(self, day: date) -> bool:
        """Whether the person may pass the gates on that day.

        Nobody who comes back does so before the day after the new entry: until then the last movement is the exit.
        """
        if self.leave is not None and self.leave[0] <= day <= self.leave[1]:
            return False
        return any(
            start + timedelta(days=bool(index)) <= day and (end is None or day <= end)
            for index, (start, end) in enumerate(self.stays)
        )


@dataclass(slots=True, eq=False, repr=False)
class Appointment:
    """A person in a key post of a project."""

    site: Site
    post: str
    human: Human
    start: date
    end: date | None
    filled: KeyPostFilled | None = None
    shared: "SharedRow | None" = None

    def active(self, days: Days) -> bool:
        """Whether it holds on every day of the range."""
        return self.start <= days.first and (self.end is None or self.end >= days.last)


@dataclass(slots=True, eq=False, repr=False)
class SharedRow:
    """A row of the integrity platform; times are Asia/Shanghai without a zone."""

    object: str
    source_id: str
    source_version: int
    updated_at: datetime
    deleted: bool
    area_code: str
    payload: dict[str, Any]

    def revise(self, field: str, value: Any) -> None:
        """Change one field, as someone on the integrity platform would."""
        self.payload[field] = value
        self.source_version += 1


@dataclass(slots=True, eq=False, repr=False)
class City:
    """Everything there is."""

    seed: int
    days: Days
    companies: list[Company] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    humans: list[Human] = field(default_factory=list)
    municipal: Municipal = field(default_factory=Municipal)
    shared: list[SharedRow] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    """The last number given, by what it was given to."""

    def number(self, kind: str) -> int:
        """The next number of that kind."""
        self.numbers[kind] = self.numbers.get(kind, 0) + 1
        return self.numbers[kind]

    def members(self) -> list[Member]:
        """Everyone on every roster, project by project."""
        return [member for site in self.sites for member in site.members]
