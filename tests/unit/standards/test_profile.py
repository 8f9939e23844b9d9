"""Profiles: what ships, what a connection may override, and which version a call uses when."""

import pickle
from datetime import datetime, timedelta
from typing import Any

import pytest

from realname_sync.errors import SettingsError
from realname_sync.standards import load_profile
from realname_sync.workdate import SHANGHAI

CUT_OVER = datetime(2021, 6, 1, tzinfo=SHANGHAI)


def test_the_nation_as_it_ships() -> None:
    nation = load_profile("nation")
    assert (nation.standard, nation.version, nation.path) == ("national_1_1_2", "1.0", "/open.api")
    assert (nation.credentials, nation.rows_of_one_call, nation.same_punch) == ("per_project", "team", "counted_twice")
    assert (nation.page_size, nation.first_page, nation.calls_per_second) == (50, 0, None)
    assert nation.batch_rows["WorkerAttendance.Add"] == 20


def test_the_province_as_it_ships() -> None:
    province = load_profile("province")
    assert (province.standard, province.version, province.credentials) == ("zhejiang_2_0", "2.0", "city")
    assert (province.bad_row, province.calls_per_second, province.results_hours) == ("that_row", 50, 72)
    assert [province.batch_rows[f"{name}.Add"] for name in ("ProjectWorker", "WorkerEntryExit", "WorkerContract")] == [
        50,
        200,
        50,
    ]
    assert province.batch_rows["WorkerAttendance.Add"] == 500


@pytest.mark.parametrize(
    ("name", "instant", "version"),
    [
        ("province", CUT_OVER - timedelta(seconds=1), "1.0"),
        ("province", CUT_OVER, "2.0"),
        ("province", datetime.fromisoformat("2021-05-31T16:00:00+00:00"), "2.0"),
        ("province", datetime.fromisoformat("2021-05-31T15:59:59+00:00"), "1.0"),
        ("nation", CUT_OVER, "1.0"),
        ("integrity", CUT_OVER - timedelta(days=1), "2.0"),
    ],
)
def test_the_version_is_that_of_the_moment_of_sending(name: str, instant: datetime, version: str) -> None:
    assert load_profile(name).version_at(instant) == version


def test_a_connection_overrides_single_entries_also_as_text() -> None:
    overrides: dict[str, Any] = {
        "page_size": "20",
        "calls_per_second": None,
        "batch_rows": {"WorkerAttendance.Add": "10"},
        "read_timeout_seconds": "2.5",
        "versions": [{"version": "2.1", "opens": "2030-01-01T00:00:00+08:00"}],
    }
    province = load_profile("province", overrides)
    assert (province.page_size, province.calls_per_second, province.read_timeout_seconds) == (20, None, 2.5)
    assert province.batch_rows["WorkerAttendance.Add"] == 10
    assert province.batch_rows["ProjectWorker.Add"] == 50
    assert province.version_at(CUT_OVER) == "2.1"
    assert load_profile("province").page_size == 200


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("page_size", 0),
        ("page_size", "many"),
        ("page_size", None),
        ("credentials", "everyone"),
        ("batch_rows", 5),
        ("batch_rows", {"WorkerAttendance.Add": -1}),
        ("versions", [{"version": "2.1", "opens": "2030-01-01T00:00:00"}]),
        ("versions", []),
        ("connect_timeout_seconds", -1),
    ],
)
def test_an_override_that_makes_no_sense_names_the_entry(key: str, value: object) -> None:
    with pytest.raises(SettingsError, match=rf"profile nation: {key} cannot be"):
        load_profile("nation", {key: value})


@pytest.mark.parametrize("key", ["pagesize", "name", "standard"])
def test_an_unknown_override_is_refused(key: str) -> None:
    with pytest.raises(SettingsError, match=rf"'{key}' is not a setting"):
        load_profile("nation", {key: "x"})


def test_the_commercial_cipher_is_refused_in_a_sentence() -> None:
    with pytest.raises(SettingsError, match=r"profile province: the cipher suite guomi .* set cipher to aes_cbc"):
        load_profile("province", {"cipher": "guomi"})


def test_an_unknown_profile_is_named_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"no profile 'city'.*integrity, nation, province"):
        load_profile("city")


def test_a_profile_can_be_handed_to_another_process() -> None:
    province = load_profile("province")
    assert pickle.loads(pickle.dumps(province)) == province  # noqa: S301 - our own bytes
