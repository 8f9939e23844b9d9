"""The way up, to the province and to the nation alike: what differs between them is in the profile and the standard."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from realname_sync.errors import FatalError, MalformedAnswerError, RealnameError
from realname_sync.platforms.open_api.answer_rows import Page
from realname_sync.platforms.open_api.client import AsyncResult, OpenApiClient
from realname_sync.platforms.open_api.envelope import Answer, Credentials, whole_number
from realname_sync.platforms.open_api.lane import GoOn, Lane, LaneCall, ReqwestLane

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


@dataclass(frozen=True, slots=True)
class DayCount:
    """How much a platform has of a project's day; `persons` is None where it does not say."""

    rows: int
    persons: int | None


class Uplink:
    """Writes to a platform and asks it what it has; `credentials_for` gives the pair for a project code."""

    def __init__(self, client: OpenApiClient, credentials_for: CredentialsFor, lane: Lane | None = None) -> None:
        self.client = client
        self.lane = lane or ReqwestLane(client)
        self.profile = client.profile
        self.standard = client.standard
        self.credentials_for = credentials_for

    def close(self) -> None:
        """Give the connections back. The uplink may go on being used; it opens new ones then."""
        self.lane.close()
        self.client.close()

    def write(self, method: str, project_code: str, data_text: str) -> str:
        """Send a write whose text is ready, and return its serial code; see `OpenApiClient.write` for the errors."""
        return self.client.write(method, data_text, self.credentials_for(project_code))

    def result(self, project_code: str, serial_code: str) -> AsyncResult:
        """How a write of the project stands; see `OpenApiClient.result` for the errors."""
        return self.client.result(serial_code, self.credentials_for(project_code))

    def write_all(
        self,
        method: str,
        texts: Sequence[tuple[str, str]],
        in_flight: int,
        *,
        go_on: GoOn,
        not_after: datetime | None = None,
    ) -> list[str | RealnameError | None]:
        """Send many writes, each given as (project code, data text).

        Returns:
            In the same order the serial code of each, how it failed, or None where it was not started; see
            `Lane.exchange_all` for `go_on` and `not_after`.
        """
        calls = [LaneCall(method, text, self.credentials_for(project_code)) for project_code, text in texts]
        answers = self.lane.exchange_all(calls, in_flight, go_on=go_on, not_after=not_after)
        return [self._serial(method, answer) for answer in answers]

    def _serial(self, method: str, answer: Answer | RealnameError | None) -> str | RealnameError | None:
        if not isinstance(answer, Answer):
            return answer
        try:
            return self.client.read_serial(method, answer)
        except RealnameError as error:
            return error

    def results_of(
        self, questions: Sequence[tuple[str, str]], in_flight: int
    ) -> list[AsyncResult | RealnameError | None]:
        """How many writes stand, each given as (project code, serial code); an error where it cannot be told now.

        An error that would meet every question ends the round: what was not asked any more is None.
        """
        calls = [
            LaneCall(*self.client.result_query(serial_code), self.credentials_for(project_code))
            for project_code, serial_code in questions
        ]
        answers = self.lane.exchange_all(calls, in_flight, go_on=lambda error: not isinstance(error, FatalError))
        return [self._async_result(answer) for answer in answers]

    def _async_result(self, answer: Answer | RealnameError | None) -> AsyncResult | RealnameError | None:
        if not isinstance(answer, Answer):
            return answer
        try:
            return self.client.read_result(answer.data)
        except RealnameError as error:
            return error

    def attendance_count(self, project_code: str, work_date: date) -> int:
        """How many punches the platform has of a project's day; see `attendance_day`."""
        return self.attendance_day(project_code, work_date).rows

    @property
    def counts_persons(self) -> bool:
        """Whether the platform says of a project's day also how many persons it has."""
        return _DAY_COUNT in self.standard.methods

    def attendance_day(self, project_code: str, work_date: date) -> DayCount:
        """How much the platform has of a project's day: one call, whatever the size of the day.

        Raises:
            MalformedAnswerError: the answer holds no count.
            Whatever `OpenApiClient.read` raises.
        """
        query: dict[str, Any] = {"projectCode": project_code, "date": work_date}
        if self.counts_persons:
            method, counted = _DAY_COUNT, "rows"
        else:  # the nation counts only while it lists
            method, counted = _ATTENDANCE, "totalCount"
            query |= {"pageIndex": self.profile.first_page, "pageSize": 1}
        data = self.client.read(method, query, self.credentials_for(project_code))
        if data is None:
            return DayCount(0, 0 if self.counts_persons else None)
        try:
            persons = data.get("persons") if self.counts_persons else None
            return DayCount(whole_number(data[counted]), None if persons is None else whole_number(persons))
        except (AttributeError, KeyError, TypeError, ValueError):
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
            number = whole_number(row["teamSysNo"])
        except (KeyError, TypeError, ValueError):
            raise MalformedAnswerError(f"{self.profile.name}: Team.Query gave a team without teamSysNo") from None
        local = row.get("localTeamId")
        return IssuedTeam(
            team_sys_no=number,
            corp_code=str(row.get("corpCode") or ""),
            team_name=str(row.get("teamName") or ""),
            local_team_id=None if local is None else str(local),
        )
