"""Where a walk goes: a test endpoint, the pair it is entered with, the project that invented data are written to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from realname_sync.errors import RealnameError, SettingsError
from realname_sync.pipelines.city import City
from realname_sync.pipelines.credentials import loaded_credentials
from realname_sync.platforms.open_api.client import OpenApiClient
from realname_sync.platforms.open_api.envelope import Credentials
from realname_sync.platforms.open_api.pace import Pace
from realname_sync.platforms.open_api.transport import RequestsTransport
from realname_sync.platforms.opening import credentials_of, open_integrity, profile_of
from realname_sync.settings import ConnectionSpec, is_test
from realname_sync.standards import Profile
from realname_sync.standards.divisions import divisions

_PROVINCE = "330000"


@dataclass(frozen=True)
class Place:
    """An endpoint that was found to be a test one. `shared`: the project as the integrity platform has it, if known."""

    target: str
    endpoint: str
    profile: Profile
    credentials: Credentials
    project_code: str | None
    area_code: str
    shared: Mapping[str, Any] | None = None

    @property
    def other_area(self) -> str:
        """A city of the province that the pair is not for."""
        return next(code for code in ("330200", "330100") if code[:4] != self.area_code[:4])

    @property
    def other_project(self) -> str:
        """A project code in another city that nobody has."""
        code = self.project_code or f"{self.other_area}269912319999"
        return self.other_area + code[6:-1] + ("0" if code[-1] != "0" else "1")

    def open(self, city: City) -> tuple[OpenApiClient, RequestsTransport]:
        """A client and the transport under it; where no limit of calls is known, as slow as a delivery begins."""
        transport = RequestsTransport()
        pace = Pace(self.profile.calls_per_second or self.profile.first_calls_per_second)
        return OpenApiClient(self.profile, self.endpoint, clock=city.clock, transport=transport, pace=pace), transport


def connection_for_tests(city: City, target: str) -> ConnectionSpec:
    """The connection of a platform, if its endpoint is a test one.

    Raises:
        SettingsError: it is not, or does not say so.
    """
    spec = city.connection(f"{target}_platform")
    if not is_test(spec):
        raise SettingsError(
            f"connection {spec.name} does not say that its endpoint is for tests, and the joint test writes invented "
            'people there: use a test endpoint, and put "environment": "test" into the connection\'s extra'
        )
    return spec


def find_place(city: City, target: str, project_code: str | None) -> Place:
    """The endpoint of a platform, with pair and project.

    Without a project it is the first that has a pair at the nation, and the first shared one at the province.

    Raises:
        SettingsError: the endpoint is not a test one, or no project can be found.
        ConnectionMissingError: the connection lacks its address or its pair.
    """
    spec = connection_for_tests(city, target)
    profile = profile_of(spec)
    if profile.credentials == "per_project":
        pairs = loaded_credentials(city, target)
        project_code = project_code or next(iter(sorted(pairs)), None)
        if project_code is None:
            raise SettingsError(
                f"{target}: no project to write to: load pairs with `realname credentials import`, or give --project"
            )
        pair = pairs.get(project_code) or credentials_of(spec)
        return Place(target, spec.host, profile, pair, project_code, _area(project_code))
    pair = credentials_of(spec)
    area = _area(pair.appid.rpartition("-")[2])
    if target == "integrity":
        return Place(target, spec.host, profile, pair, project_code, area)
    shared = _shared_project(city, area, project_code)
    code = project_code or (str(shared["projectCode"]) if shared else None)
    if code is None:
        raise SettingsError(
            f"{target}: no project to write to: the integrity platform's test endpoint did not name one; give --project"
        )
    return Place(target, spec.host, profile, pair, code, area, shared)


def _area(code: str) -> str:
    return code[:6] if code[:6] in divisions() else _PROVINCE


def _shared_project(city: City, area_code: str, project_code: str | None) -> Mapping[str, Any] | None:
    """The project as the integrity platform's test endpoint shares it; None where there is no such endpoint now."""
    try:
        integrity = open_integrity(connection_for_tests(city, "integrity"), clock=city.clock)
    except SettingsError:
        return None
    try:
        for page in integrity.shared_pages("project", area_code):
            for row in page.rows:
                wanted = str(row.get("deleted")) == "0" and project_code in (None, row.get("projectCode"))
                if wanted and row.get("projectCode"):
                    return row
    except RealnameError:
        return None
    finally:
        integrity.client.close()
    return None
