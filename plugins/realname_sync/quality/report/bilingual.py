"""Text in two languages as the pages show it: both stand in the page, and the reader's choice hides one."""

from markupsafe import Markup, escape

from realname_sync.quality.report.labels import Label, phrase
from realname_sync.quality.report.model import RuleText


def both(chinese: str | Label, english: str = "") -> Markup:
    """Chinese and English side by side; only one where they are the same or only one is known."""
    if isinstance(chinese, Label):
        chinese, english = chinese
    if not english or english == chinese:
        return escape(chinese)
    return Markup('<span class="zh" lang="zh-CN">{}</span> <span class="en" lang="en">{}</span>').format(
        chinese, english
    )


def said(text: str | None) -> Markup:
    """What a rule wrote as expected or actual: its own English words, and Chinese where the phrase is known."""
    return both(phrase(text), text) if text else Markup("—")


def title(rule: RuleText) -> Markup:
    """What a rule is called."""
    return both(rule.title_zh or rule.title_en, rule.title_en)
