"""The page: one HTML file without any outside resource, for a screen of any width and for paper."""

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from realname_sync.quality.report.labels import field_label, label, phrase, remedy
from realname_sync.quality.report.model import BEHIND, TARGETS, QualityReport, Verdict
from realname_sync.quality.report.wording import (
    by_punch,
    cause_label,
    count_text,
    day_text,
    district_label,
    instant_text,
    person_of,
    post_of,
    share_text,
)

# What to say of a platform's day: how it looks, a sign, Chinese, English.
_VERDICTS: Mapping[Verdict, tuple[str, str, str, str]] = {
    Verdict.NO_PUNCHES: ("quiet", "–", "当日没有考勤记录", "no punches were read for this day"),
    Verdict.ON_TIME: ("good", "✓", "全部按时到达", "all of it arrived before 24:00"),
    Verdict.LATE: ("fair", "!", "全部到达，部分逾期", "all of it arrived, some after 24:00"),
    Verdict.INCOMPLETE: ("poor", "✕", "未全部到达", "part of the day did not arrive"),
    Verdict.UNDER_WAY: ("quiet", "…", "报送进行中", "on its way"),
    Verdict.AT_RISK: ("fair", "!", "部分记录须处理后才能到达", "part of it arrives only once put right"),
}


def render_page(report: QualityReport, workbook_name: str) -> str:
    """The page of a report; `workbook_name` is the file beside it that has every row."""
    return _environment().get_template("report.html.j2").render(report=report, workbook_name=workbook_name)


def anchor(kind: str, name: str) -> str:
    """An id in the page for a thing of that kind; what is no plain code goes by its digest."""
    plain = re.fullmatch(r"[0-9A-Za-z_-]{0,60}", name)
    return f"{kind}-" + (name if plain else hashlib.sha256(name.encode()).hexdigest()[:16])


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("realname_sync.quality.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(count=count_text, by_punch=by_punch, day=day_text, instant=instant_text, phrase=phrase)
    environment.globals.update(
        anchor=anchor,
        BEHIND=BEHIND,
        cause_label=cause_label,
        district=district_label,
        field_label=field_label,
        figure_attributes=_figure_attributes,
        label=label,
        person_of=person_of,
        post_of=post_of,
        remedy=remedy,
        share=share_text,
        TARGETS=TARGETS,
        VERDICTS=_VERDICTS,
    )
    return environment


def _figure_attributes(of: str, where: Mapping[str, Any]) -> Markup:
    """Says in the page which rows a figure counts, so that anyone can hold it to them."""
    return Markup('data-of="{}" data-where="{}"').format(of, json.dumps(dict(where), ensure_ascii=False))
