"""A draw from the warehouse: kept, drawn again, found out where it was changed, published without names."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from deliveries import DAY

from realname_sync.errors import DataError
from realname_sync.pipelines.cases import update_cases
from realname_sync.pipelines.draw import draw_projects, kept_draw, publish_draw, read_inspectors, replay_draw

CREW = "number,published_as,related_corps\n" + "".join(f"Z{number:03d},检查员{number},\n" for number in range(8))


@pytest.fixture
def crew(tmp_path: Path) -> Path:
    path = tmp_path / "inspectors.csv"
    path.write_text(CREW, encoding="utf-8")
    return path


def drawn(town: Any, crew: Path, **more: Any) -> int:
    wanted = {"projects": 3, "per_project": 2, "seed": "agreed at 8", "by": "王处", "drawn_for": DAY, **more}
    return draw_projects(town.city, inspectors=crew, **wanted)


def test_a_draw_is_weighted_kept_replayed_and_published(checked: Any, crew: Path, tmp_path: Path) -> None:
    update_cases(checked.city, DAY)
    corp = checked.warehouse_sql("SELECT min(contractor_corp_code) FROM core.current_project WHERE prj_status = '003'")[
        0
    ][0]
    crew.write_text(CREW + f"Z900,检查员900,{corp}\n", encoding="utf-8")
    out = checked.warehouse_sql("SELECT min(project_code) FROM core.current_project WHERE prj_status = '003'")[0][0]
    number = drawn(checked, crew, exclude=[f"{out}=inspected last week", "Z000=on leave"])
    kept = kept_draw(checked.city, number)
    weights = {one["code"]: one["weight"] for one in kept.population["projects"]}
    with_case = {row[0] for row in checked.warehouse_sql("SELECT project_code FROM quality.warning_case")}
    assert with_case
    assert all((weight > 1) == (code in with_case) for code, weight in weights.items())
    assert out not in {one["project"] for one in kept.result}
    assert {(one["item"], one["reason"].split(":")[0]) for one in kept.exclusions} == {
        (out, "inspected last week"),
        ("Z000", "on leave"),
        ("Z900", "related to a company in it"),
    }
    assert replay_draw(checked.city, number).same
    page = tmp_path / "out" / "result.md"
    assert publish_draw(checked.city, number, page) == 3
    told = page.read_text(encoding="utf-8")
    assert all(one["project"] in told for one in kept.result)
    assert "检查员" in told
    assert "Z0" not in told
    first = kept.result
    update_cases(checked.city, DAY)
    assert kept_draw(checked.city, drawn(checked, crew, exclude=[f"{out}=x", "Z000=x"])).result == first
    with pytest.raises(Exception, match="permission denied"):
        checked.warehouse_sql("SET LOCAL ROLE realname_check; UPDATE quality.draw SET seed = 'x'")
    columns = (
        "drawn_for, seed, algorithm, project_count, per_project, weights, population, exclusions, result, drawn_at,"
        " drawn_by"
    )
    for change in (
        "result = jsonb_set(result, '{0,project}', '\"X\"')",
        "seed = 'another'",
        "population = jsonb_set(population, '{projects,0,weight}', '99')",
    ):
        checked.warehouse_sql(
            f"INSERT INTO quality.draw ({columns}) SELECT {columns} FROM quality.draw WHERE draw_id = :id", id=number
        )
        copy = checked.warehouse_sql("SELECT max(draw_id) FROM quality.draw")[0][0]
        assert replay_draw(checked.city, copy).same
        checked.warehouse_sql(f"UPDATE quality.draw SET {change} WHERE draw_id = :id", id=copy)
        assert not replay_draw(checked.city, copy).same, change
        with pytest.raises(DataError, match="does not replay"):
            publish_draw(checked.city, copy, page)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("number\nZ1\n", "no column published_as"),
        ("number,published_as,phone\nZ1,a,1\n", "has the column phone"),
        ("number,published_as\nZ1,\n", "line 2: number or published_as is empty"),
        ("number,published_as\nZ1,a\nZ1,b\n", "line 3: the number Z1 stands there twice"),
        ("number,published_as\nZ1,330000199001011234\n", "line 2.*looks like an identity"),
        ("number,published_as\n13800138000,a\n", "line 2.*looks like an identity"),
    ],
)
def test_a_list_that_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "crew.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=complaint) as refused:
        read_inspectors(path)
    assert "330000199001011234" not in str(refused.value)
    with pytest.raises(DataError, match="cannot be read"):
        read_inspectors(tmp_path / "nowhere.csv")


def test_what_cannot_be_drawn_is_refused_and_nothing_kept(checked: Any, crew: Path) -> None:
    for wrong, complaint in (
        ({"projects": 99}, "99 projects are to be drawn"),
        ({"per_project": 9}, "needs 9 inspectors"),
        ({"exclude": ["NOBODY=x"]}, "neither a project"),
        ({"exclude": ["Z001"]}, "say why"),
        ({"seed": " "}, "a seed"),
    ):
        with pytest.raises(DataError, match=complaint):
            drawn(checked, crew, **wrong)
    assert checked.warehouse_sql("SELECT count(*) FROM quality.draw")[0][0] == 0
    with pytest.raises(DataError, match="there is no draw 7"):
        replay_draw(checked.city, 7)


def test_the_command_draws_shows_and_replays(checked: Any, crew: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from realname_sync import cli
    from realname_sync.pipelines import city as city_module

    monkeypatch.setattr(city_module, "open_city", lambda *_: replace(checked.city))
    runner = CliRunner()
    missing = runner.invoke(cli.app, ["draw", "--projects", "2"])
    assert missing.exit_code == 2
    made = runner.invoke(
        cli.app,
        ["draw", "--projects", "2", "--inspectors", str(crew), "--seed", "s", "--by", "w", "--date", DAY.isoformat()],
    )
    assert made.exit_code == 0, made.output
    assert "draw 1" in made.output
    assert "draw 1" in runner.invoke(cli.app, ["draw", "show", "1"]).output
    again = runner.invoke(cli.app, ["draw", "replay", "1"])
    assert (again.exit_code, again.output) == (0, "draw 1: the same again\n")
    checked.warehouse_sql("UPDATE quality.draw SET seed = 'another'")
    assert runner.invoke(cli.app, ["draw", "replay", "1"]).exit_code == 1
