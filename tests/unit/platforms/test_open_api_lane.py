"""The mass lane: what it keeps between two groups of calls, how often it makes a call, and what its failures mean."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from realname_sync.errors import CertificateError, NotSentError, RealnameError, ThrottledError, UnknownOutcomeError
from realname_sync.platforms.open_api import lane as lanes
from realname_sync.platforms.open_api.client import OpenApiClient
from realname_sync.platforms.open_api.envelope import Answer, Credentials
from realname_sync.platforms.open_api.lane import LaneCall, ReqwestLane
from realname_sync.standards import load_profile

PAIR = Credentials("appid", "s" * 32)
WRITE = "WorkerAttendance.Add"
ATTEMPTS = 3


@pytest.fixture
def lane(platform: Any) -> Iterator[ReqwestLane]:
    opened = lane_to(platform.url)
    yield opened
    opened.close()


def lane_to(url: str, **profile: float) -> ReqwestLane:
    return ReqwestLane(OpenApiClient(load_profile("nation", {"attempts": ATTEMPTS, **profile}), url))


def send(lane: ReqwestLane, calls: int, in_flight: int = 4) -> list[Answer | RealnameError | None]:
    texts = [f'{{"projectCode":"P","dataList":[{number}]}}' for number in range(calls)]
    return lane.exchange_all([LaneCall(WRITE, text, PAIR) for text in texts], in_flight, go_on=lambda _error: True)


def test_connections_are_kept_from_one_group_of_calls_to_the_next(platform: Any, lane: ReqwestLane) -> None:
    platform.play(platform.answer(data={"requestSerialCode": "S"}))
    send(lane, 12)
    opened = set(platform.connections)
    assert len(opened) <= 4
    assert all(isinstance(answer, Answer) for answer in send(lane, 12))
    assert platform.connections == opened


def test_a_connection_that_the_platform_ended_between_two_groups_puts_no_call_in_doubt(
    platform: Any, lane: ReqwestLane
) -> None:
    answered = platform.answer(data={"requestSerialCode": "S"})

    def answer_and_end(handler: Any) -> None:
        answered(handler)
        handler.close_connection = True  # without a word about it, as a server whose time is up does

    for _ in range(5):
        platform.play(answer_and_end)
        send(lane, 4)
        time.sleep(0.05)
        platform.play(answered)
        assert all(isinstance(answer, Answer) for answer in send(lane, 4))


def test_a_closed_lane_opens_anew(platform: Any, lane: ReqwestLane) -> None:
    platform.play(platform.answer(data={"requestSerialCode": "S"}))
    send(lane, 1)
    lane.close()
    assert isinstance(send(lane, 1)[0], Answer)
    assert len(platform.connections) == 2


def test_a_call_that_was_not_taken_is_made_so_often_in_all_and_with_the_same_text(
    platform: Any, lane: ReqwestLane
) -> None:
    platform.play(platform.answer(code=-5))
    (failed,) = send(lane, 1)
    assert isinstance(failed, ThrottledError)
    assert len(platform.forms) == ATTEMPTS
    assert len({form["data"] for form in platform.forms}) == 1
    assert len({form["nonce"] for form in platform.forms}) == ATTEMPTS


def test_a_call_that_was_taken_at_last_counts(platform: Any, lane: ReqwestLane) -> None:
    platform.play(platform.answer(code=-5), platform.answer(data={"requestSerialCode": "S"}))
    (answer,) = send(lane, 1)
    assert isinstance(answer, Answer)
    assert answer.serial_code == "S"
    assert len(platform.forms) == 2


@pytest.mark.parametrize("ending", ["drop", "cut_short", "silence"])
def test_a_call_whose_answer_is_lost_is_in_doubt_and_was_made_once(platform: Any, ending: str) -> None:
    answered = platform.answer(data={"requestSerialCode": "S"})
    lost = platform.silence(5) if ending == "silence" else getattr(platform, ending)()
    platform.play(answered, lost, answered)  # lost on a connection that has served before
    with closing(lane_to(platform.url, read_timeout_seconds=2)) as lane:
        first, second, third = (send(lane, 1)[0] for _ in range(3))
    assert isinstance(first, Answer)
    assert isinstance(second, UnknownOutcomeError)
    assert isinstance(third, Answer)
    assert len(platform.forms) == 3


def test_where_nobody_listens_nothing_was_sent() -> None:
    (failed,) = send(lane_to("http://127.0.0.1:1"), 1)
    assert isinstance(failed, NotSentError)


def test_a_redirect_is_not_followed(platform: Any, lane: ReqwestLane) -> None:
    platform.play(platform.raw(b"", status=302))
    (failed,) = send(lane, 1)
    assert isinstance(failed, UnknownOutcomeError)
    assert "a redirect, which is not followed" in str(failed)
    assert len(platform.forms) == 1


def test_an_answer_without_end_is_not_read_to_its_end(
    platform: Any, lane: ReqwestLane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "LARGEST_ANSWER", 1000)
    platform.play(platform.raw(b" " * 2000))
    (failed,) = send(lane, 1)
    assert isinstance(failed, UnknownOutcomeError)
    assert "an answer of more than" in str(failed)


def test_proxies_of_the_environment_are_not_used(platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    platform.play(platform.answer(data={"requestSerialCode": "S"}))
    assert isinstance(send(lane_to(platform.url), 1)[0], Answer)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 that nobody vouches for, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "platform")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_nothing_is_sent_to_a_platform_whose_certificate_nobody_vouches_for(platform: Any, certificate: Path) -> None:
    platform.serve_over_tls(certificate)
    (failed,) = send(lane_to(platform.url), 1)
    assert isinstance(failed, CertificateError)
    assert platform.forms == []


def test_a_platform_is_reached_over_tls_where_the_machine_knows_its_authority(
    platform: Any, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    platform.serve_over_tls(certificate)
    platform.play(platform.answer(data={"requestSerialCode": "S"}))
    assert isinstance(send(lane_to(platform.url), 1)[0], Answer)


def test_nothing_is_sent_where_a_platform_does_not_speak_tls(platform: Any) -> None:
    (failed,) = send(lane_to(platform.url.replace("http:", "https:")), 1)
    assert isinstance(failed, CertificateError | NotSentError | UnknownOutcomeError)
    assert platform.forms == []
