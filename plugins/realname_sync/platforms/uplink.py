"""The way up, to the province and to the nation alike: what differs between them is in the profile and the standard."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from realname_sync.errors import MalformedAnswerError
from realname_sync.platforms.open_api.answer_rows import Page
from realname_sync.platforms.open_api.client import AsyncResult, OpenApiClient
from realname_sync.platforms.open_api.envelope import Credentials

CredentialsFor = Callable[[str], Credentials]
_DAY_COUNT = "AttendanceDay.Query"
_ATTENDANCE = "WorkerAttendance.Query"


@dataclass(frozen=True, slots=True)
class IssuedTeam:
    """A team as the platform knows it: the number it issued, and what the team is recognised by."""

    team_sys_no: int
    corp_code: str
    team_name: str
    local_team_id: str | None = None


class Uplink:
    """Writes to a platform and asks it what it has; `credentials_for` gives the pair for a project code."""

    def __init__(self, client: OpenApiClient, credentials_for: CredentialsFor) -> None:
        self.client = client
        self.profile = client.profile
        self.standard = client.standard
        self.credentials_for = credentials_for

    def write(self, method: str, project_code: str, data_text: str) -> str:
        """Send a write whose text is ready, and return its serial code; see `OpenApiClient.write` for the errors."""
        return self.client.write(method, data_text, self.credentials_for(project_code))

    def result(self, project_code: str, serial_code: str) -> AsyncResult:
        """How a write of the project stands; see `OpenApiClient.result` for the errors."""
        return self.client.result(serial_code, self.credentials_for(project_code))

    def attendance_count(self, project_code: str, work_date: date) -> int:
        """How many punches the platform has of a project's day: one call, whatever the size of the day.

        Raises:
            MalformedAnswerError: the answer holds no count.
            Whatever `OpenApiClient.read` raises.
        """
        query: dict[str, Any] = {"projectCode": project_code, "date": work_date}
        if _DAY_COUNT in self.standard.methods:
            method, counted = _DAY_COUNT, "rows"
        else:  # the nation counts only while it lists
            method, counted = _ATTENDANCE, "totalCount"
            query |= {"pageIndex": self.profile.first_page, "pageSize": 1}
        data = self.client.read(method, query, self.credentials_for(project_code))
        if data is None:
            return 0
        try:
            return int(data[counted])
        except (KeyError, TypeError, ValueError):
            raise MalformedAnswerError(f"{self.profile.name}: {method} answered no {counted}", str(data)) from None

    def attendance_pages(self, project_code: str, work_date: date) -> Iterator[Page]:
        """Everything that the platform has of a project's day."""
        query = {"projectCode": project_code, "date": work_date}
        return self.client.pages(_ATTENDANCE, query, self.credentials_for(project_code))

    def attendance_of_person(
        self, project_code: str, work_date: date, id_card_type: str, id_number: str
    ) -> list[Mapping[str, Any]]:
        """What the platform has of one person's day; the number goes and comes encrypted, here it is plain."""
        query = {
            "projectCode": project_code,
            "date": work_date,
            "idCardType": id_card_type,
            "idCardNumber": id_number,
        }
        pages = self.client.pages(_ATTENDANCE, query, self.credentials_for(project_code))
        return [row for page in pages for row in page.rows]

    def team_numbers(self, project_code: str) -> list[IssuedTeam]:
        """The teams of a project with the numbers the platform issued.

        Raises:
            MalformedAnswerError: a team comes without a number.
            Whatever `OpenApiClient.pages` raises.
        """
        pages = self.client.pages("Team.Query", {"projectCode": project_code}, self.credentials_for(project_code))
        return [self._issued_team(row) for page in pages for row in page.rows]

    def _issued_team(self, row: Mapping[str, Any]) -> IssuedTeam:
        try:
            number = int(row["teamSysNo"])
        except (KeyError, TypeError, ValueError):
            raise MalformedAnswerError(f"{self.profile.name}: Team.Query gave a team without teamSysNo") from None
        local = row.get("localTeamId")
        return IssuedTeam(
            team_sys_no=number,
            corp_code=str(row.get("corpCode") or ""),
            team_name=str(row.get("teamName") or ""),
            local_team_id=None if local is None else str(local),
        )
