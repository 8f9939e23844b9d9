"""A message about the deadline reaches a person by each channel there is, once a change, and holds nothing personal."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, text

from loopback import MailServer, Robot, dingtalk, mail_server
from realname_sync.orchestration import alerts, channels
from realname_sync.orchestration.channels import Message
from realname_sync.pipelines.forecast import Load, Pace, judge
from realname_sync.workdate import SHANGHAI
from small_city import DAY

AT = datetime(2026, 11, 20, 23, 30, tzinfo=SHANGHAI)
DINGTALK, MAIL = channels.DINGTALK, channels.MAIL


@pytest.fixture
def robot(monkeypatch: pytest.MonkeyPatch) -> Iterator[Robot]:
    with dingtalk() as served:
        monkeypatch.setenv("AIRFLOW_CONN_DINGDING_DEFAULT", served.connection)
        yield served


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with mail_server() as served:
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", served.connection)
        yield served


def at_risk(now: datetime = AT) -> Any:
    return judge(DAY, "nation", Load(waiting=120, in_batch=30, held=4), Pace(60.0, now, 9, 9), now=now, read_at=now)


def test_the_message_says_what_is_left_how_fast_it_goes_how_long_there_is_and_what_to_do() -> None:
    said = alerts.message(at_risk())
    assert said.subject == "实名制 realname_sync 2026-11-20 nation: at risk (150 rows left, 30 minutes)"
    for part in (
        "Waiting: 120",
        "In batches: 30",
        "Held by findings: 4",
        "60 rows a minute",
        "Minutes left until 24:00: 30",
        "realname status 2026-11-20 --projects",
        "realname push nation 2026-11-20",
        "realname sweep 2026-11-20",
    ):
        assert part in said.text


def test_without_connections_there_is_the_log_alone(caplog: pytest.LogCaptureFixture, metadata_database: None) -> None:
    with caplog.at_level(logging.WARNING):
        assert channels.tell(Message("a subject", "a text")) == []
    assert "a subject\na text" in caplog.text


def test_the_message_reaches_dingtalk_and_mail(robot: Robot, post: MailServer) -> None:
    assert channels.tell(alerts.message(at_risk())) == [DINGTALK, MAIL]
    (sent,) = robot.received
    assert sent["msgtype"] == "markdown"
    assert "realname push nation 2026-11-20" in sent["markdown"]["text"]
    assert sent["at"]["isAtAll"]
    assert robot.paths == ["/robot/send?access_token=token-of-the-robot"]
    (letter,) = post.letters
    assert letter.receivers == ["on-call@city.example"]
    assert letter.subject == alerts.message(at_risk()).subject
    assert "realname push nation 2026-11-20" in letter.text


def test_a_channel_that_is_down_keeps_the_other_from_nothing_and_its_token_out_of_the_log(
    robot: Robot, post: MailServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with dingtalk() as gone:
        monkeypatch.setenv("AIRFLOW_CONN_DINGDING_DEFAULT", gone.connection)
    with caplog.at_level(logging.DEBUG):
        assert channels.tell(Message("a subject", "a text")) == [MAIL]
    assert "dingding_default did not take the message" in caplog.text
    assert "token-of-the-robot" not in caplog.text
    assert len(post.letters) == 1

    monkeypatch.setenv("AIRFLOW_CONN_DINGDING_DEFAULT", robot.connection)
    with mail_server() as shut:
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", shut.connection.replace(str(shut.port), "9"))
        assert channels.tell(Message("another", "a text")) == [DINGTALK]
    assert [sent["markdown"]["title"] for sent in robot.received] == ["another"]


def test_a_robot_that_refuses_and_a_mail_without_receiver_are_told(
    robot: Robot, post: MailServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    robot.errcode = 310000
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", post.connection.replace("alert_to", "somebody"))
    assert channels.tell(Message("a subject", "a text")) == []
    assert "has no alert_to" in caplog.text
    assert "dingding_default did not take" in caplog.text


def test_a_watch_tells_each_change_once_and_again_only_who_missed_it(
    warehouse: Engine, robot: Robot, post: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing = {"nation": at_risk()}
    monkeypatch.setattr("realname_sync.pipelines.status.day_forecasts", lambda _city, _date: standing)
    city = SimpleNamespace(engine=warehouse, clock=lambda: AT)

    def watch() -> tuple[int, int]:
        alerts.watch(city, DAY, ["nation"])
        return len(robot.received), len(post.letters)

    robot.errcode = 1
    assert watch() == (1, 1)  # DingTalk answered that it did not take it
    robot.errcode = 0
    assert watch() == (2, 1)
    assert watch() == (2, 1)
    standing["nation"] = judge(DAY, "nation", Load(), Pace(), now=AT, read_at=AT)
    assert watch() == (3, 2)
    assert "done" in post.letters[-1].subject
    assert watch() == (3, 2)
    standing["nation"] = at_risk(AT + timedelta(minutes=40))
    assert watch() == (4, 3)
    assert "late" in post.letters[-1].subject
    with warehouse.connect() as connection:
        [(verdict, told)] = connection.execute(text("SELECT verdict, told FROM ops.deadline_watch")).all()
    assert (verdict, sorted(told)) == ("late", [DINGTALK, MAIL])


def test_a_date_in_time_is_told_to_nobody(warehouse: Engine, robot: Robot, monkeypatch: pytest.MonkeyPatch) -> None:
    noon = AT - timedelta(hours=11)
    standing = {"nation": judge(DAY, "nation", Load(waiting=9), Pace(), now=noon, read_at=noon)}
    monkeypatch.setattr("realname_sync.pipelines.status.day_forecasts", lambda _city, _date: standing)
    verdicts = alerts.watch(SimpleNamespace(engine=warehouse, clock=lambda: noon), DAY, ["nation"])
    assert verdicts == {"nation": "in time"}
    assert robot.received == []
