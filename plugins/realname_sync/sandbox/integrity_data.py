"""What the integrity platform holds of the city: the shared objects, their history, and rows that were withdrawn."""

import random
from datetime import date, datetime, timedelta
from typing import Any

from realname_sync.sandbox.model import Appointment, City, Company, Human, Participation, SharedRow, Site
from realname_sync.sandbox.people import People
from realname_sync.sandbox.reference import part, stream
from realname_sync.sandbox.shared_payloads import (
    corp_payload,
    iso_day,
    key_post_payload,
    participant_payload,
    person_payload,
    project_payload,
    registration_payload,
)
from realname_sync.sandbox.sites import make_site
from realname_sync.sandbox.staffing import PROJECT_MANAGER, make_holder

_SOURCE_PREFIX = {
    "project": "PJ",
    "corp": "CO",
    "participant": "PT",
    "person": "PE",
    "registration": "RG",
    "key_post": "KP",
}
_WITHDRAWN = 0.1
_NEIGHBOUR = "330203"
"""A district of another city: its rows must never be taken for this city's."""


class IntegrityPlatform:
    """Enters rows on the integrity platform."""

    def __init__(self, city: City) -> None:
        self._city, self._rng = city, stream(city.seed, "integrity")

    def enter(
        self, name: str, area_code: str, since: date, payload: dict[str, Any], deleted: bool = False
    ) -> SharedRow:
        """One row of that object, entered some time after the day its facts began."""
        row = SharedRow(
            object=name,
            source_id=f"{_SOURCE_PREFIX[name]}{self._city.number(name):08d}",
            source_version=self._rng.choice([1, 1, 1, 2, 2, 3, 5]) + deleted,
            updated_at=self._stamp(since),
            deleted=deleted,
            area_code=area_code,
            payload=payload,
        )
        self._city.shared.append(row)
        return row

    def enter_project(self, site: Site) -> None:
        """The project; nothing of those who take part in it."""
        site.shared = self.enter("project", site.area_code, site.start, project_payload(site))

    def enter_participation(self, site: Site, participation: Participation, deleted: bool = False) -> None:
        """A company's part in a project."""
        since = participation.entry_time.date()
        row = self.enter("participant", site.area_code, since, participant_payload(site, participation), deleted)
        participation.shared = None if deleted else row

    def enter_company(self, company: Company, area_code: str) -> None:
        """A company, once, found where its project lies."""
        if company.row is None:
            company.row = self.enter("corp", area_code, company.register_date, corp_payload(company))

    def enter_person(self, human: Human, area_code: str, lock: Site | None = None) -> None:
        """A person, and the registration if there is one."""
        since = self._city.days.first - timedelta(days=60)
        self.enter("person", area_code, since, person_payload(human))
        if human.registration is not None:
            self.enter("registration", area_code, human.registration.issued, registration_payload(human, lock))

    def enter_appointment(self, appointment: Appointment, deleted: bool = False) -> None:
        """Who is appointed to a key post."""
        area = appointment.site.area_code
        row = self.enter("key_post", area, appointment.start, key_post_payload(appointment), deleted)
        appointment.shared = None if deleted else row

    def _stamp(self, since: date) -> datetime:
        """Loads by night and by noon give many rows one instant; a few rows were changed within the last days."""
        days = self._city.days
        if self._rng.random() < 0.03:
            return days.entered(days.last - timedelta(days=self._rng.randrange(4)))
        late = min(max(since, days.first - timedelta(days=120)) + timedelta(days=self._rng.randrange(30)), days.first)
        return days.entered(late - timedelta(days=1))


def share(city: City, people: People) -> IntegrityPlatform:
    """Enter on the integrity platform all that it should hold of the city, and what it withdrew."""
    platform, rng = IntegrityPlatform(city), stream(city.seed, "shared history")
    for site in city.sites:
        platform.enter_project(site)
        for participation in site.participations:
            if participation.company.shared:
                platform.enter_company(participation.company, site.area_code)
                platform.enter_participation(site, participation)
        for appointment in site.appointments:
            platform.enter_appointment(appointment)
    for human in [human for human in city.humans if human.shared_id]:
        sites = [appointment.site for appointment in human.appointments]
        leads = human.appointments[0].post == PROJECT_MANAGER and human.appointments[0].end is None
        platform.enter_person(human, sites[0].area_code, sites[0] if leads else None)
        if human.registration is not None and rng.random() < 0.15:
            _expired_before(platform, human, sites[0].area_code)
    _withdraw(city, people, platform, rng)
    return platform


def _withdraw(city: City, people: People, platform: IntegrityPlatform, rng: random.Random) -> None:
    """Appointments that are over or yet to come, rows that were withdrawn, and a project of the next city."""
    for site in rng.sample(city.sites, max(2, round(len(city.sites) * _WITHDRAWN))):
        human = make_holder(city, people, rng, site.contractor, "G05", site)
        past = city.days.first - timedelta(days=rng.randint(10, 60))
        future = city.days.last + timedelta(days=rng.randint(5, 40))
        platform.enter_person(human, site.area_code)
        platform.enter_appointment(Appointment(site, "G05", human, past - timedelta(days=90), past))
        platform.enter_appointment(Appointment(site, "G07", human, future, None))
        platform.enter_appointment(Appointment(site, "G03", human, past, None), deleted=True)
        gone = make_holder(city, people, rng, site.contractor, "G01", site)
        platform.enter("person", site.area_code, past, person_payload(gone), deleted=True)
        platform.enter("registration", site.area_code, past, registration_payload(gone, None), deleted=True)
        first = site.participations[0]
        never = Participation(
            rng.choice([company for company in city.companies if company.shared]),
            "012",
            first.contract_no + "-X",
            first.contract_amount,
            first.entry_time,
            None,
            first.manager,
        )
        platform.enter_participation(site, never, deleted=True)
    unbuilt = make_site(city, rng, rng.choice(list(part("city")["counties"])), "003", supervised=True)
    platform.enter("project", unbuilt.area_code, unbuilt.start, project_payload(unbuilt), deleted=True)
    neighbour = make_site(city, rng, unbuilt.area_code, "003", supervised=True)
    neighbour.code, neighbour.area_code = _NEIGHBOUR + neighbour.code[6:], _NEIGHBOUR
    platform.enter("project", _NEIGHBOUR, neighbour.start, project_payload(neighbour))


def _expired_before(platform: IntegrityPlatform, human: Human, area_code: str) -> None:
    """The registration that went before the present one."""
    payload = registration_payload(human, None)
    issued, number = date.fromisoformat(payload["issueDate"]), payload["registrationNo"]
    payload |= {
        "registrationNo": f"{number[:-1]}{(int(number[-1]) + 1) % 10}",
        "issueDate": iso_day(issued - timedelta(days=1095)),
        "validTo": iso_day(issued - timedelta(days=1)),
        "status": 4,
        "safetyCertClass": None,
        "safetyCertNo": None,
        "safetyCertValidTo": None,
    }
    platform.enter("registration", area_code, issued, payload)
