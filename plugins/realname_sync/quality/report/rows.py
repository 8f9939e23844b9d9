"""The rows behind the report's figures, free of personal data before anything is rendered."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class PunchRow:
    """One punch that one platform has not acknowledged."""

    target: str
    state: str
    cause: str
    reason: str
    project_code: str
    project_name: str
    area_code: str
    punch_id: str
    person_id: str
    device_sn: str
    punched_at: datetime | None
    received_at: datetime
    direction: str
    batch_id: int | None


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding; expected and actual without personal data. New is what the date checked before does not have."""

    rule_id: str
    severity: str
    object: str
    key: str
    field: str
    expected: str
    actual: str
    owner: str
    remedy: str
    project_code: str
    project_name: str
    area_code: str
    first_seen: date
    last_seen: date
    days_seen: int
    finding_id: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class ReconciliationRow:
    """Four counts of one project's day; `platform` is None where the platform was not asked."""

    target: str
    project_code: str
    project_name: str
    area_code: str
    municipal: int
    read: int
    acknowledged: int
    platform: int | None
    checked_at: datetime

    @property
    def reading_differs(self) -> bool:
        """The municipal platform has other rows than were read."""
        return self.municipal != self.read

    @property
    def platform_differs(self) -> bool:
        """The platform has other rows than it acknowledged."""
        return self.platform is not None and self.platform != self.acknowledged

    @property
    def attention(self) -> bool:
        """Someone has to look: a count differs, or the platform was not asked."""
        return self.differs or self.platform is None

    @property
    def differs(self) -> bool:
        """Any of the counts that must be equal is not."""
        return self.reading_differs or self.platform_differs


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule that the last check could not carry out; `error` is the kind of error and never its words."""

    rule_id: str
    error: str
    broken_at: datetime


@dataclass(frozen=True, slots=True)
class StepRun:
    """The last run of a step."""

    step: str
    target: str | None
    state: str
    started_at: datetime
    ended_at: datetime | None
