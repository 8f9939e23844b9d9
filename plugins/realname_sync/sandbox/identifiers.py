"""Citizen numbers and credit codes with right check characters, of people and companies that do not exist."""

import random
import string
from datetime import date

CITIZEN_DIVISION = "330000"
"""A division no citizen number is issued in."""

_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_CHECKS = "10X98765432"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SUBJECT_ALPHABET = string.digits + string.ascii_uppercase
_SUBJECT_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def citizen_check(body: str) -> str:
    """The check character of seventeen digits (GB 11643-1999)."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _CITIZEN_WEIGHTS, strict=True))
    return _CITIZEN_CHECKS[total % 11]


def citizen_number(birthday: date, order: int) -> str:
    """A citizen number of the unissued division; `order` 0 to 999, odd for a man and even for a woman."""
    body = f"{CITIZEN_DIVISION}{birthday:%Y%m%d}{order:03d}"
    return body + citizen_check(body)


def credit_check(body: str) -> str:
    """The check character of seventeen characters (GB 32100-2015)."""
    total = sum(_CREDIT_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(body))
    return _CREDIT_ALPHABET[(31 - total % 31) % 31]


def subject_code(body: str) -> str:
    """Eight characters with their own check character (GB 11714)."""
    total = sum(_SUBJECT_ALPHABET.index(c) * weight for c, weight in zip(body, _SUBJECT_WEIGHTS, strict=True))
    check = 11 - total % 11
    return body + {10: "X", 11: "0"}.get(check, str(check))


def credit_code(rng: random.Random, division: str, public: bool = False) -> str:
    """A unified social credit code of a company, or of a public institution, with an invented subject code."""
    subject = subject_code("MA" + "".join(rng.choices(_CREDIT_ALPHABET, k=6)))
    body = ("12" if public else "91") + division + subject
    return body + credit_check(body)
