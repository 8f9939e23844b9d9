"""The rules as a Markdown page, written from the catalogue itself.

`make reference` brings the page up to date.
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby

from realname_sync.quality.catalogue import SUITES, Catalogue, Rule, load_catalogue
from realname_sync.quality.report.labels import label, remedy

_DOMAINS = {
    "LMP": "Lamps: what the integrity platform would light, found before it does",
    "CMP": "Shared data against the city's copies",
    "IDN": "Numbers of persons and companies",
    "SHP": "The shape of what comes in",
    "RST": "Punches against roster, devices and time",
    "ANS": "Answers of platforms",
    "UPL": "What reached the platforms",
    "KPS": "Key posts",
    "ATT": "Attendance of key posts",
    "COV": "Coverage",
    "DEV": "Devices",
    "PUN": "Punches",
}
_SEVERITIES = {
    "stop": "the object, and what hangs on it, is kept back until it is put right",
    "warn": "it goes, and its owner has to correct it",
    "note": "it is only told",
}


def rule_page(catalogue: Catalogue | None = None) -> str:
    """The whole page: an overview, and each rule with all the catalogue says of it."""
    rules = (catalogue or load_catalogue()).rules
    lines = [*_preface(), *_overview(rules)]
    for domain, entries in groupby(sorted(rules, key=_order), key=lambda rule: rule.id[:3]):
        lines += ["", f"## {domain}: {_DOMAINS[domain]}" if domain in _DOMAINS else f"## {domain}"]
        for _, of_id in groupby(entries, key=lambda rule: rule.id):
            lines += _rule(list(of_id))
    return "\n".join(lines) + "\n"


def _order(rule: Rule) -> tuple[object, ...]:
    return rule.id, rule.region, rule.valid_from


def _preface() -> Iterator[str]:
    yield "# Rules"
    yield ""
    yield "Written by `make reference` from `expectations/catalogue.yaml`;"
    yield "change the catalogue, not this page. A threshold, a period or a region is changed there and nowhere else."
    yield "`realname explain LMP-001` shows what a rule found."
    yield ""
    yield "| severity | means |"
    yield "|---|---|"
    for code, meaning in _SEVERITIES.items():
        named = label("severities", code)
        yield f"| {code} {named.zh} | {meaning} |"


def _overview(rules: Sequence[Rule]) -> Iterator[str]:
    yield ""
    yield "| rule | title | severity | owner | object |"
    yield "|---|---|---|---|---|"
    seen = set()
    for rule in sorted(rules, key=_order):
        if rule.id not in seen:
            seen.add(rule.id)
            cells = (
                f"[{rule.id}](#{rule.id.lower()})",
                rule.title_en,
                rule.severity,
                rule.owner,
                ", ".join(rule.objects),
            )
            yield f"| {' | '.join(map(_cell, cells))} |"


def _rule(entries: Sequence[Rule]) -> Iterator[str]:
    newest = entries[-1]
    yield from ("", f"### {newest.id}", "", f"{newest.title_en} · {newest.title_zh}", "")
    for number, rule in enumerate(entries):
        if number:
            yield ""
        yield from ("| | |", "|---|---|")
        for name, text in _facts(rule):
            yield f"| {name} | {_cell(text)} |"


def _facts(rule: Rule) -> Iterator[tuple[str, str]]:
    yield "severity", rule.severity
    yield "object", ", ".join(rule.objects)
    yield "owner", f"{rule.owner} ({label('owners', rule.owner).zh})"
    yield "remedy", rule.remedy
    chinese = remedy(rule.id, rule.remedy).zh
    if chinese != rule.remedy:
        yield "处置", chinese
    yield "valid", f"from {rule.valid_from}" + (f" to {rule.valid_to}" if rule.valid_to else "")
    yield "region", rule.region
    if rule.thresholds:
        yield "thresholds", ", ".join(f"`{name}` = {value}" for name, value in rule.thresholds.items())
    yield "basis", rule.basis
    where = (
        f"{SUITES}/*.json, expectations that name {rule.id}" if rule.implemented_by == SUITES else rule.implemented_by
    )
    yield "found by", f"`{where}`"
    if rule.gives_way_to:
        yield "gives way to", ", ".join(rule.gives_way_to)
    if rule.only_warns_on:
        yield "only warns on", ", ".join(rule.only_warns_on)


def _cell(text: str) -> str:
    """Text that may stand in a cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.write(rule_page())
