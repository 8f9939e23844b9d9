"""What each of the three platforms insists on; figures nobody has published are taken at their strictest.

They are written here once more, and not read from the client's profiles, so that client and sandbox can disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from realname_sync.workdate import SHANGHAI

PLATFORMS = ("integrity", "province", "nation")
V2_OPENS = datetime(2021, 6, 1, tzinfo=SHANGHAI)
RESULT_METHOD = "AsyncHandleResult.Query"


@dataclass(frozen=True)
class PlatformRules:
    """One platform. `versions_by_date` means that V1 closes and V2 opens at V2_OPENS; else only `version` is taken."""

    name: str
    standard: str
    version: str
    versions_by_date: bool
    batch_rows: Mapping[str, int]
    page_rows: int
    calls_per_second: int | None
    results_kept: timedelta
    whole_batch_refused: bool
    punch_kept_once: bool
    only_citizen_cards: bool
    code_as_text: bool
    nothing_found_is_null: bool
    clock_tolerance: timedelta = timedelta(minutes=6)
    nonce_kept: timedelta = timedelta(minutes=10)

    def version_at(self, instant: datetime) -> str:
        """The only version taken at an aware instant."""
        return "1.0" if self.versions_by_date and instant < V2_OPENS else self.version


NATION = PlatformRules(
    name="nation",
    standard="national_1_1_2",
    version="1.0",
    versions_by_date=False,
    batch_rows={"ProjectWorker.Add": 5, "WorkerEntryExit.Add": 50, "WorkerAttendance.Add": 20},
    page_rows=50,
    calls_per_second=None,
    results_kept=timedelta(hours=24),
    whole_batch_refused=True,
    punch_kept_once=False,
    only_citizen_cards=True,
    code_as_text=True,
    nothing_found_is_null=True,
)

PROVINCE = PlatformRules(
    name="province",
    standard="zhejiang_2_0",
    version="2.0",
    versions_by_date=True,
    batch_rows={
        "ProjectWorker.Add": 50,
        "WorkerEntryExit.Add": 200,
        "WorkerAttendance.Add": 500,
        "KeyPost.Upload": 50,
        "Device.Upload": 50,
    },
    page_rows=200,
    calls_per_second=50,
    results_kept=timedelta(hours=72),
    whole_batch_refused=False,
    punch_kept_once=True,
    only_citizen_cards=False,
    code_as_text=False,
    nothing_found_is_null=False,
)

INTEGRITY = PlatformRules(
    name="integrity",
    standard="zhejiang_2_0",
    version="2.0",
    versions_by_date=False,
    batch_rows={},
    page_rows=200,
    calls_per_second=20,
    results_kept=timedelta(hours=72),
    whole_batch_refused=True,
    punch_kept_once=True,
    only_citizen_cards=False,
    code_as_text=False,
    nothing_found_is_null=False,
)
