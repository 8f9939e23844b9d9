"""Citizen numbers and credit codes, held to the worked vectors."""

import json
import unicodedata
from pathlib import Path

import pytest

from realname_sync.standards.identifiers import citizen_number_problem, credit_code_problem
from realname_sync.warehouse.protection import normalise

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "identifiers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS["citizen_id"]["valid"], ids=lambda vector: vector["note"])
def test_valid_citizen_numbers_have_no_problem(vector: dict[str, str]) -> None:
    assert citizen_number_problem(vector["value"]) == ""


@pytest.mark.parametrize("vector", VECTORS["citizen_id"]["invalid"], ids=lambda vector: vector["value"])
def test_invalid_citizen_numbers_name_what_is_wrong(vector: dict[str, str]) -> None:
    assert citizen_number_problem(vector["value"]) == vector["reason"]


@pytest.mark.parametrize("vector", VECTORS["citizen_id"]["normalise"], ids=lambda vector: vector["rule"])
def test_one_number_has_one_spelling(vector: dict[str, str]) -> None:
    assert normalise(vector["input"]) == vector["normalised"]
    assert citizen_number_problem(normalise(vector["input"])) == ""


@pytest.mark.parametrize("vector", VECTORS["uscc"]["valid"], ids=lambda vector: vector["note"])
def test_valid_credit_codes_have_no_problem(vector: dict[str, str]) -> None:
    assert credit_code_problem(vector["value"]) == ""


@pytest.mark.parametrize("vector", VECTORS["uscc"]["invalid"], ids=lambda vector: vector["reason"] + vector["value"])
def test_invalid_credit_codes_name_what_is_wrong(vector: dict[str, str]) -> None:
    assert credit_code_problem(vector["value"]) == vector["reason"]
    if vector["reason"] == "CASE":
        assert credit_code_problem(unicodedata.normalize("NFKC", vector["value"]).upper()) == ""


def test_digits_of_other_scripts_are_no_digits() -> None:
    assert citizen_number_problem("33000019800101049٠") == "CHARSET"
