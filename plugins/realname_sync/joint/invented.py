"""Invented people and companies for a walk, with right check characters and recognisable as tests (invented.yaml).

Everything follows from the walk's mark, so that two walks never meet each other's people but for a rare chance.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from realname_sync.joint.steps import FOLDER
from realname_sync.standards.identifiers import citizen_number_problem, credit_code_problem
from realname_sync.standards.reading import read_yaml

_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SUBJECT_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_SUBJECT_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORDERS = 1000
PEOPLE = ("a", "b", "c", "d", "e", "manager", "stranger")


@cache
def parts() -> Mapping[str, Any]:
    """What invented people are made of."""
    return read_yaml(FOLDER / "invented.yaml")


def people(mark: str) -> dict[str, dict[str, str]]:
    """The people of a walk by what the steps call them."""
    return {
        name: _person(mark, index, told)
        for index, (name, told) in enumerate(zip(PEOPLE, parts()["person_names"], strict=True))
    }


def one_of_a_crowd(mark: str, index: int) -> dict[str, str]:
    """One of any number of further people, with a mark of its own."""
    return {**_person(mark, len(PEOPLE) + index, f"{parts()['crowd_name']}{index}"), "mark": f"JT-{mark}-{index}"}


def company(mark: str) -> dict[str, str]:
    """The company of a walk."""
    drawn = _drawn(mark, 0, "company")
    letters = "".join(_LETTERS[drawn // 31**place % 31] for place in range(6))
    body = f"91{parts()['division']}{_subject('MA' + letters)}"
    code = next(body + letter for letter in _LETTERS if not credit_code_problem(body + letter))
    return {"code": code, "name": f"{parts()['company_name']} {mark}", "address": parts()["company_address"]}


def _person(mark: str, index: int, name: str) -> dict[str, str]:
    told = parts()
    start = _drawn(mark, 0, "number")  # one start for the walk, so that nobody in it meets another
    day, order = divmod(start + index, _ORDERS)
    born = date.fromisoformat(told["born"]["first"]) + timedelta(days=day % told["born"]["days"])
    body = f"{told['division']}{born:%Y%m%d}{order:03}"
    return {
        "name": name,
        "number": next(body + letter for letter in "0123456789X" if not citizen_number_problem(body + letter)),
        "phone": f"{told['phone_prefix']}{_drawn(mark, index, 'phone') % 10**7:07}",
        "card": f"{told['bank_card_prefix']}{_drawn(mark, index, 'card') % 10**13:013}",
        "bank": told["bank_code"],
        "nation": told["nation"],
        "address": told["address"],
        "grant": told["grant_org"],
    }


def _subject(body: str) -> str:
    """Eight characters with their own check character (GB 11714)."""
    total = sum(_SUBJECT_LETTERS.index(one) * weight for one, weight in zip(body, _SUBJECT_WEIGHTS, strict=True))
    return body + {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def _drawn(mark: str, index: int, what: str) -> int:
    return int.from_bytes(sha256(f"{mark}/{index}/{what}".encode()).digest()[:8], "big") % (10**15)
