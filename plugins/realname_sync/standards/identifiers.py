"""Citizen numbers and unified social credit codes: what is wrong with one, if anything (rules.md 11).

The address part of a citizen number is not held against today's divisions: people keep the code of their first
registration. A credit code's first two places may be letters, and its inner organisation code is not checked.
"""

from datetime import date

_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_CHECK = "10X98765432"
_PROVINCES = frozenset(
    str(code)
    for region in (
        range(11, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 66),
        (71, 81, 82, 83),
    )
    for code in region
)
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_EARLIEST_YEAR = 1850  # nobody born before is entered anywhere; typed-in placeholders are


def citizen_number_problem(number: str) -> str:
    """What is wrong with a normalised citizen number (GB 11643-1999), or "" if nothing is.

    Returns:
        EMPTY, MASKED, LENGTH, CHARSET, CHECKSUM, ADDRESS_PREFIX, DATE or "".
    """
    if not number:
        return "EMPTY"
    if "*" in number:
        return "MASKED"
    if len(number) != 18:
        return "LENGTH"
    if not (number.isascii() and number[:17].isdigit() and (number[17].isdigit() or number[17] == "X")):
        return "CHARSET"
    if _CITIZEN_CHECK[sum(map(int.__mul__, map(int, number[:17]), _CITIZEN_WEIGHTS)) % 11] != number[17]:
        return "CHECKSUM"
    if number[:2] not in _PROVINCES:
        return "ADDRESS_PREFIX"
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return "DATE"
    return "" if born.year >= _EARLIEST_YEAR else "DATE"


def credit_code_problem(code: str) -> str:
    """What is wrong with a unified social credit code (GB 32100-2015), or "" if nothing is.

    Returns:
        EMPTY, LENGTH, CASE, CHARSET, CHECKSUM or "".
    """
    if not code:
        return "EMPTY"
    if len(code) != 18:
        return "LENGTH"
    if code != code.upper():
        return "CASE"
    if any(letter not in _CREDIT_ALPHABET for letter in code) or not code[2:8].isdigit():
        return "CHARSET"
    values = [_CREDIT_ALPHABET.index(letter) for letter in code]
    expected = (31 - sum(value * weight for value, weight in zip(values, _CREDIT_WEIGHTS, strict=False)) % 31) % 31
    return "" if values[17] == expected else "CHECKSUM"
