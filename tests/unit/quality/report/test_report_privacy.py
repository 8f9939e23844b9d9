"""What the report says of persons, whatever a rule or a platform wrote down."""

import pytest

from realname_sync.quality.report.privacy import WITHHELD, Privacy

PROJECT = "330110200101010012"  # has the form of a citizen number of someone born in 2001


@pytest.mark.parametrize(
    ("kind", "field", "text", "told"),
    [
        ("person", "name", "欧阳某某", WITHHELD),
        ("person", "name", "欧***", "欧***"),
        ("project", "name", "某某安置房", "某某安置房"),
        ("participant", "pmName", "欧阳某某", WITHHELD),
        ("participant", "pm_name", "欧阳某某", WITHHELD),
        ("corp", "legalMan", "欧阳某某", WITHHELD),
        ("corp", "address", "文三路1号", "文三路1号"),
        ("person", "address", "文三路1号", WITHHELD),
        ("person", "address", "234 characters", "234 characters"),
        ("person", "idCardNumber", "a citizen number by GB 11643-1999", "a citizen number by GB 11643-1999"),
        ("person", "idCardNumber", "LENGTH 33000019900101123", "LENGTH 330000*******1123"),
        ("person", "idCardNumber", "CHECKSUM 330000********1234", "CHECKSUM 330000********1234"),
        ("person", "phone", "138 0013 8000", "138****8000"),
        ("person", "phone", "１３８００１３８０００", "138****8000"),
        ("payroll", "pay_bank_card_number", "6222020200112233", "622202******2233"),
        ("punch", "personId", "330000199001011234", "330000********1234"),
        ("punch", "personId", "33000019900101123x", "330000********123x"),
        ("punch", "deviceRecordId", "1732060800000000", "1732060800000000"),
        ("training", "training_name", "6222020200112233", "622202******2233"),
        ("team", "responsiblePersonIDNumber", "330000199001011234", "330000********1234"),
        ("project", "startDate", "2026-03-01", "2026-03-01"),
        ("project", "contractorCorpCode", "91330100MA0000000X", "91330100MA0000000X"),
    ],
)
def test_values(kind: str, field: str, text: str, told: str) -> None:
    assert Privacy().value(kind, field, text) == told


def test_public_codes_stay_readable() -> None:
    assert Privacy(codes=frozenset({PROJECT})).key(f"{PROJECT}|G01|W1") == f"{PROJECT}|G01|W1"
    assert Privacy().key(f"{PROJECT}|G01|W1") == "330110********0012|G01|W1"


def test_free_text_loses_names_and_numbers() -> None:
    told = Privacy(names=frozenset({"欧阳某某"})).text("工人欧阳某某 13800138000 不在班组")
    assert told == "工人＊ 138****8000 不在班组"


def test_nothing_stays_nothing() -> None:
    assert Privacy().value("person", "name", None) == ""
    assert Privacy().text(None) == ""
