"""No person and no secret is in the report of a walk, however talkative the platform is."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from deliveries import Clock, at

from leaks import Needles, in_files
from realname_sync.joint.invented import people
from realname_sync.joint.place import find_place
from realname_sync.joint.report import write_report
from realname_sync.joint.walk import walk
from realname_sync.sandbox import admission
from realname_sync.sandbox.protocol import Code, RefusedCallError, decrypt, encrypt
from realname_sync.sandbox.submissions import Judgement

MARK = "0badcafe"
SHARED = """
    SELECT payload ->> 'name', payload ->> 'idCardNumber', payload ->> 'phone' FROM integrity.shared_row
    WHERE object = 'person' AND length(payload ->> 'name') > 2 AND length(payload ->> 'phone') = 11
"""


@pytest.mark.parametrize("target", ["province", "nation", "integrity"])
def test_a_platform_that_quotes_persons_and_secrets(
    open_town: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    target: str,
) -> None:
    caplog.set_level(logging.INFO)
    town = open_town(1, clock=Clock(at(15)))
    for name in ("province", "nation", "integrity"):
        town.override(f"{name}_platform", environment="test")
    shared = town.sandbox_sql(SHARED)
    planted = {
        f"shared {index} {what}": value
        for index, row in enumerate(shared)
        for what, value in zip("abc", row, strict=True)
    }
    for name, one in people(MARK).items():
        planted |= {f"{name} {what}": one[what] for what in ("name", "number", "phone", "card", "address")}
    place = find_place(town.city, target, None)
    secret = place.credentials.secret
    planted["secret"] = secret
    planted |= {f"ciphertext {name}": encrypt(one["number"], secret) for name, one in people(MARK).items()}
    quoted = 0
    refuse, check_version = Judgement.refuse, admission.Admission._check_version
    stranger = shared[0]

    def talkative(self: Judgement, index: int, name: str, reason: str, *, duplicate: bool = False) -> None:
        nonlocal quoted
        quoted += 1
        row = self.submission.data.rows[index]
        number = row.get("idCardNumber", "")
        told = (
            f"{row.get('workerName')} {number} {row.get('cellPhone')} {encrypt(number, secret)} {secret} {stranger[1:]}"
        )
        refuse(self, index, name, f"{reason} {told}", duplicate=duplicate)

    def talkative_version(self: admission.Admission, version: str) -> None:
        try:
            check_version(self, version)
        except RefusedCallError as error:
            raise RefusedCallError(Code(error.code), f"{error.message} {secret.upper()} {stranger[1:]}") from None

    monkeypatch.setattr(Judgement, "refuse", talkative)
    monkeypatch.setattr(admission.Admission, "_check_version", talkative_version)
    report = walk(town.city, place, mark=MARK)
    write_report(report, tmp_path)
    needles = Needles(planted)
    assert quoted > 0 or target == "integrity"
    assert decrypt(encrypt("x", secret), secret) == "x"
    assert len(list(tmp_path.iterdir())) == 2
    assert list(in_files(needles, [tmp_path])) == []
    assert list(needles.within("the log", caplog.text)) == []
