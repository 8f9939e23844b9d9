"""The draw: a worked example, the same again, what is excluded, and that weights count as they should."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from math import log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realname_sync.errors import DataError
from realname_sync.quality.draw_weights import load_draw_weights, weights_on
from realname_sync.quality.drawing import (
    Exclusion,
    Inspector,
    Population,
    Project,
    draw,
    draw_items,
    key_of,
    related,
)

CREW = [Inspector(f"A{number:02d}", f"检{number}") for number in range(6)]
SITES = [Project(f"P{number}", 1 + number) for number in range(10)]


def test_a_key_can_be_worked_out_by_hand() -> None:
    """The example of docs/cases.md."""
    digits = sha256(b"2026-11-20 08:00|project|330106250701010008").hexdigest()[:16]
    share = (int(digits, 16) + 0.5) / 2**64
    key = key_of("2026-11-20 08:00", "project", "330106250701010008", 9)
    assert abs(float(key) - -log(share) / 9) < 1e-11
    assert key == Decimal("0.013353161419")
    page = (Path(__file__).parents[3] / "docs" / "cases.md").read_text(encoding="utf-8")
    assert f"`{digits}`, u = {share:.9f}, key {key}." in page


def test_the_same_seed_gives_the_same_draw_whatever_the_order_of_the_lists() -> None:
    first = draw("s", Population(SITES, CREW, []), 4, 2)
    assert draw("s", Population(SITES[::-1], CREW[::-1], []), 4, 2) == first
    assert draw("t", Population(SITES, CREW, []), 4, 2) != first
    assert [one["project"] for one in draw("s", Population(SITES, CREW, []), 2, 2)] == [
        one["project"] for one in first[:2]
    ]


@given(seed=st.text(min_size=1), wanted=st.integers(1, 10), each=st.integers(1, 6))
def test_as_many_as_asked_for_are_drawn_and_none_twice(seed: str, wanted: int, each: int) -> None:
    drawn = draw(seed, Population(SITES, CREW, []), wanted, each)
    assert len({one["project"] for one in drawn}) == wanted
    assert all(len({person["number"] for person in one["inspectors"]}) == each for one in drawn)


def test_weights_count_as_a_draw_one_by_one_would_have_them() -> None:
    """Against the exact chances of drawing two of three without replacement: 4000 draws, chi-square of 3 classes."""
    weights, draws = {"a": 1, "b": 2, "c": 7}, 4000
    found = Counter(
        frozenset(item for item, _ in draw_items(f"seed {number}", "project", weights, 2)) for number in range(draws)
    )
    chi_square = 0.0
    for pair in (("a", "b"), ("a", "c"), ("b", "c")):
        total = sum(weights.values())
        one, two = (Fraction(weights[item]) for item in pair)
        chance = one / total * two / (total - one) + two / total * one / (total - two)
        expected = float(chance) * draws
        chi_square += (found[frozenset(pair)] - expected) ** 2 / expected
    assert chi_square < 13.8  # 2 degrees of freedom, one in a thousand


def test_a_heavier_project_is_drawn_first_in_proportion() -> None:
    draws = 3000
    first = Counter(draw_items(f"n{number}", "project", {"light": 1, "heavy": 8}, 1)[0][0] for number in range(draws))
    assert abs(first["heavy"] / draws - 8 / 9) < 4 * (8 / 81 / draws) ** 0.5


def test_who_is_excluded_is_never_drawn() -> None:
    barred = [
        Exclusion("project", "P9", "inspected last week"),
        Exclusion("inspector", "A00", "on leave"),
        Exclusion("inspector", "A01", "related to the project", "P8"),
    ]
    seen: dict[str, set[str]] = {}
    for number in range(300):
        for one in draw(f"{number}", Population(SITES, CREW, barred), 5, 2):
            seen.setdefault(one["project"], set()).update(person["number"] for person in one["inspectors"])
    assert "P9" not in seen
    assert all("A00" not in people for people in seen.values())
    assert "A01" not in seen["P8"]
    assert "A01" in seen["P7"]


def test_who_is_related_to_a_company_or_a_project_is_excluded_from_it() -> None:
    sites = [Project("P1", 1, corps=("C1", "C2")), Project("P2", 1, corps=("C3",))]
    crew = [Inspector("A1", "甲", ("C2",)), Inspector("A2", "乙", (), ("P2",)), Inspector("A3", "丙")]
    assert [(one.item, one.project, one.reason) for one in related(sites, crew)] == [
        ("A1", "P1", "related to a company in it: C2"),
        ("A2", "P2", "related to the project"),
    ]


def test_too_few_are_told() -> None:
    with pytest.raises(DataError, match="11 projects are to be drawn, and there are 10"):
        draw("s", Population(SITES, CREW, []), 11, 1)
    with pytest.raises(DataError, match=r"needs 7 inspectors, and 6 may go there"):
        draw("s", Population(SITES, CREW, []), 1, 7)
    with pytest.raises(DataError, match="weight 0"):
        draw("s", Population([Project("P", 0)], CREW, []), 1, 1)


def test_the_weight_of_a_project_grows_with_its_open_cases_up_to_a_bound() -> None:
    (entry,) = load_draw_weights()
    assert entry.basis
    assert entry.weight({}) == entry.base
    assert entry.weight({"red": 1}) > entry.weight({"orange": 1}) > entry.weight({"yellow": 1}) > entry.weight({})
    assert entry.weight({"red": 1000}) == entry.most
    assert weights_on(entry.valid_from, "330100") is entry
