"""Reads the file of the catalogue strictly: all that is wrong with it is said at once, with file, line and rule."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from realname_sync.errors import SettingsError
from realname_sync.quality.catalogue import SUITES, Correction, Rule
from realname_sync.quality.dated import overlapping
from realname_sync.resources import root, sql_text

_LISTS = ("objects", "gives_way_to", "only_warns_on", "rests_on")
_TEXTS = ("id", "title_en", "title_zh", "severity", "owner", "remedy", "region", "basis", "implemented_by", "scope")
_RULE_ID = re.compile(r"[A-Z]{3}-\d{3}")
_REGION = re.compile(r"\d{6}")
_PARAMETER = re.compile(r"(?<![:\w\\]):(\w+)(?![:\w])")  # as SQLAlchemy finds them
_KNOWN = {one.name for one in fields(Rule)}
_NEEDED = {one.name for one in fields(Rule) if one.default is MISSING and one.default_factory is MISSING}


@dataclass
class _Entry:
    """One rule as it stands in the file: its values, and the line of each word."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)
    rule: Rule | None = None

    @property
    def name(self) -> str:
        return str(self.values.get("id", "without an id"))

    def fault(self, word: str, wrong: str) -> None:
        """Note that something is wrong with a word of the entry."""
        self.faults.append((self.lines.get(word, self.line), wrong))


def read_rules(path: Path) -> tuple[Rule, ...]:
    """The rules of a catalogue, in the order of the file.

    Raises:
        SettingsError: anything is wrong with it; each fault with its line, as in `expectations/catalogue.yaml:12: …`.
    """
    entries = list(_entries(path))
    for entry in entries:
        _make(entry)
    _note_overlaps([entry for entry in entries if entry.rule is not None])
    faults = sorted((line, f"rule {entry.name}: {wrong}") for entry in entries for line, wrong in entry.faults)
    if faults:
        raise SettingsError("\n".join(f"{_shown(path)}:{line}: {wrong}" for line, wrong in faults))
    return tuple(entry.rule for entry in entries if entry.rule is not None)


def _entries(path: Path) -> Iterator[_Entry]:
    """The entries below `rules`, each value made by itself so that a wrong one is known by its line."""
    with path.open("rb") as stream:
        loader = yaml.CSafeLoader(stream)
        try:
            whole = loader.get_single_node()
            listed = _rules_node(path, whole)
            for node in listed:
                yield _entry(loader, node)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            raise SettingsError(f"{_shown(path)}:{line}: this is no YAML: {error.problem or error.context}") from None
        finally:
            loader.dispose()


def _rules_node(path: Path, whole: Any) -> Sequence[Any]:
    words = whole.value if isinstance(whole, yaml.MappingNode) else ()
    found: Sequence[Any] | None = None
    for key, value in words:
        if key.value == "rules" and isinstance(value, yaml.SequenceNode):
            found = value.value
        elif not str(key.value).startswith("x-"):
            raise SettingsError(
                f"{_shown(path)}:{key.start_mark.line + 1}: beside the list of rules there may be x-… only, "
                f"and no {key.value}"
            )
    if not found:
        raise SettingsError(f"{_shown(path)}:1: there is no list of rules")
    return found


def _entry(loader: Any, node: Any) -> _Entry:
    entry = _Entry(node.start_mark.line + 1)
    if not isinstance(node, yaml.MappingNode):
        entry.faults.append((entry.line, "an entry must have the words of a rule"))
        return entry
    own = list(node.value)
    words = {str(key.value) for key, _ in own}
    loader.flatten_mapping(node)  # what an entry takes over from another one with << stands before its own words
    for pair in node.value:
        key_node, value_node = pair
        word, line = str(key_node.value), key_node.start_mark.line + 1
        if not any(pair is one for one in own):
            if word in words:
                continue
            line = entry.line
        name = "objects" if word == "object" else word
        if name in entry.lines:
            entry.faults.append((line, f"{word} stands there twice"))
        entry.lines[name] = line
        try:
            entry.values[name] = loader.construct_object(value_node, deep=True)
        except ValueError:  # of a date that no calendar has
            told = f": {value_node.value}" if isinstance(value_node, yaml.ScalarNode) else ""
            entry.faults.append((line, f"{word} holds a date that no calendar has{told}"))
    return entry


def _make(entry: _Entry) -> None:
    """Make the rule of an entry, or note why there can be none."""
    given = entry.values
    for stranger in sorted(set(entry.lines) - _KNOWN):
        entry.fault(stranger, f"the catalogue has no word {stranger}")
    if missing := sorted("object" if name == "objects" else name for name in _NEEDED - set(entry.lines)):
        entry.fault("id", f"{', '.join(missing)} must be given")
    for name in _TEXTS:
        if name in given and not isinstance(given[name], str):
            entry.fault(name, f"{name} must be text")
    for name in _LISTS:
        if name in given:
            given[name] = _texts(entry, name, given[name])
    if not _RULE_ID.fullmatch(entry.name):
        entry.fault("id", "id must be three capital letters and three digits, as in LMP-001")
    if isinstance(given.get("region"), str) and not _REGION.fullmatch(given["region"]):
        entry.fault("region", "region must be a division code of six digits")
    _note_thresholds(entry)
    if "correction" in given:
        given["correction"] = _correction(entry, given["correction"])
    if entry.faults:
        return
    _note_objects(entry)
    try:
        entry.rule = Rule(**given)
    except SettingsError as error:
        wrong = str(error).partition(": ")[2]
        entry.fault(_word_of(wrong), wrong)
    else:
        _note_misfits(entry, entry.rule)


def _texts(entry: _Entry, name: str, value: Any) -> tuple[str, ...]:
    listed = (value,) if isinstance(value, str) else value
    if not isinstance(listed, list | tuple) or not all(isinstance(one, str) for one in listed):
        entry.fault(name, f"{'object' if name == 'objects' else name} must be a list of names")
        return ()
    return tuple(listed)


def _note_thresholds(entry: _Entry) -> None:
    thresholds = entry.values.get("thresholds", {})
    if not isinstance(thresholds, Mapping):
        entry.fault("thresholds", "thresholds must be figures by name")
        return
    for name, value in thresholds.items():
        parts = value if isinstance(value, list) else [value]
        if not parts or not all(isinstance(one, int | float | str | date) for one in parts) or isinstance(value, bool):
            entry.fault("thresholds", f"threshold {name} must be a number, a text, a date or a list of them")


def _correction(entry: _Entry, value: Any) -> Correction | None:
    known = {one.name for one in fields(Correction)}
    if not isinstance(value, Mapping) or not {"object_type", "row"} <= set(value) <= known:
        entry.fault(
            "correction", f"correction must have object_type and row, and nothing but {', '.join(sorted(known))}"
        )
        return None
    if not _is_there(str(value["row"])):
        entry.fault("correction", f"correction names {value['row']}, which is not there")
    return Correction(str(value["object_type"]), str(value["row"]), tuple(value.get("withheld", ())))


def _note_objects(entry: _Entry) -> None:
    from realname_sync.quality.report.labels import label_codes

    known = label_codes("objects")
    if strangers := sorted(set(entry.values["objects"]) - known):
        entry.fault("objects", f"object {', '.join(strangers)} is none; there are {', '.join(sorted(known))}")


def _note_misfits(entry: _Entry, rule: Rule) -> None:
    """Whether what implements the rule is there, and takes just these thresholds."""
    from realname_sync.quality.rules import CONTEXT

    if rule.statement is None:
        return
    if not _is_there(rule.implemented_by):
        entry.fault("implemented_by", f"implemented_by names {rule.implemented_by}, which is not there")
        return
    named = set(_PARAMETER.findall(sql_text(rule.statement))) - set(CONTEXT)
    if differing := sorted(named ^ set(rule.thresholds)):
        word = "thresholds" if "thresholds" in entry.lines else "implemented_by"
        entry.fault(word, f"thresholds and parameters of {rule.implemented_by} differ in {', '.join(differing)}")


def _note_overlaps(entries: Sequence[_Entry]) -> None:
    entry_of = {id(entry.rule): entry for entry in entries}
    rules = [entry.rule for entry in entries if entry.rule is not None]
    for later in overlapping(rules, lambda rule: rule.id):
        entry_of[id(later)].fault("valid_from", f"two entries of region {later.region} hold on {later.valid_from}")


def _is_there(file: str) -> bool:
    return file == SUITES or (file.startswith("sql/") and file.endswith(".sql") and (root() / file).is_file())


def _word_of(wrong: str) -> str:
    word = wrong.split(" ", 1)[0]
    return "objects" if word == "object" else word


def _shown(path: Path) -> str:
    """The path as a person would write it: from the project's folder where it lies there."""
    try:
        return path.resolve().relative_to(root().resolve()).as_posix()
    except ValueError:
        return path.as_posix()
