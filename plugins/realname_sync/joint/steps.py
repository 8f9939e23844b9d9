"""The steps of a walk, as data (standards/data/joint): which method, with what, how it deviates, what is expected."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any

from realname_sync.errors import SettingsError
from realname_sync.quality.report.labels import Label
from realname_sync.standards import Profile, Standard
from realname_sync.standards.reading import DATA, read_yaml

FOLDER = DATA / "joint"
TARGETS = ("province", "nation", "integrity")
_COPIED = ("method", "data", "rows", "probe")
_KNOWN = {
    *("id", "title", "method", "data", "rows", "wire", "bad", "keep", "expect", "open", "open_at", "basis", "like"),
    *("set", "without", "keep_rows", "set_row", "crowd", "try_each", "needs", "for", "probe", "keep_nonce"),
    "open_unless_known",
}

Raw = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One step.

    `data` and `rows` may name values that are known only when it is its turn (`values.py`). `wire` says how the call
    itself deviates. `needs`: of which earlier step how many rows there must have been. `open` is why the documents
    leave its end open, so that it is only observed; None where they do not.
    """

    id: str
    title: Label
    method: str
    data: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]
    expect: Mapping[str, Any]
    basis: str
    bad: bool = False
    wire: Mapping[str, Any] = field(default_factory=dict)
    keep: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, int] = field(default_factory=dict)
    open: Label | None = None
    try_each: str | None = None
    beyond_the_limit: bool = False
    keep_nonce: bool = False


@dataclass(frozen=True)
class Walk:
    """All steps for one platform in order; `digest` tells one edition of the data from another."""

    target: str
    edition: str
    digest: str
    steps: tuple[Step, ...]
    methods: tuple[str, ...]

    @property
    def writes(self) -> tuple[Step, ...]:
        """The steps that may leave data on the platform."""
        return tuple(step for step in self.steps if not step.method.endswith(".Query"))

    @property
    def left_alone(self) -> tuple[str, ...]:
        """The methods that no step calls."""
        walked = {step.method for step in self.steps}
        asked_after = {"AsyncHandleResult.Query"}  # by every write
        return tuple(name for name in self.methods if name not in walked | asked_after)


def load_walk(target: str, profile: Profile, standard: Standard) -> Walk:
    """The walk over a platform, as it is for that profile.

    Raises:
        SettingsError: there is no such walk, or a step is not described as steps are.
    """
    paths = (FOLDER / "protocol.yaml", FOLDER / f"{target}.yaml")
    if target not in TARGETS:
        raise SettingsError(f"there is no joint test of {target!r}; there are {', '.join(TARGETS)}")
    protocol, own = (read_yaml(path) for path in paths)
    raws = [*({"probe": True, "bad": "wire" in raw, **raw} for raw in protocol["steps"]), *own["steps"]]
    told: dict[str, Raw] = {}
    steps = []
    for raw in (one for written in raws for one in _repeated(written)):
        if strangers := sorted(raw.keys() - _KNOWN):
            raise SettingsError(f"joint test of {target}, step {raw.get('id')}: unknown words: {', '.join(strangers)}")
        whole = _whole(raw, told, own["probe"])
        if whole["id"] in told:
            raise SettingsError(f"joint test of {target}: two steps are called {whole['id']}")
        standard.method(whole["method"])  # a method that the standard does not have is a fault of the walk
        told[whole["id"]] = whole
        steps.append(_step(whole, target, profile))
    digest = sha256(b"".join(path.read_bytes() for path in (*paths, FOLDER / "invented.yaml"))).hexdigest()
    return Walk(target, str(own["edition"]), digest, tuple(steps), _methods(standard, own["methods"]))


def _methods(standard: Standard, chosen: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The methods of the standard that belong to the platform."""

    def belongs(name: str) -> bool:
        if "only" in chosen:
            return any(fnmatchcase(name, pattern) for pattern in chosen["only"])
        return not any(fnmatchcase(name, pattern) for pattern in chosen["but"])

    return tuple(name for name in standard.methods if belongs(name))


def _repeated(raw: Raw) -> Iterator[Raw]:
    """The step itself or, with `for`, one for each entry: its name, method and what it is called in both languages."""
    if "for" not in raw:
        yield raw
        return
    for name, (method, chinese, english) in raw["for"].items():
        words = {"{name}": name, "{zh}": chinese, "{en}": english}
        filled = _filled({key: value for key, value in raw.items() if key != "for"}, words)
        yield {**filled, "method": method}


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for blank, word in words.items():
            value = value.replace(blank, word)
        return value
    if isinstance(value, dict):
        return {_filled(key, words): _filled(item, words) for key, item in value.items()}
    return [_filled(item, words) for item in value] if isinstance(value, list) else value


def _whole(raw: Raw, told: Mapping[str, Raw], probe: Raw) -> Raw:
    """The step with what it takes over from the one it is `like`, or from the walk's probe, and then changes."""
    if "like" in raw:
        if raw["like"] not in told:
            raise SettingsError(f"joint test: step {raw['id']} is like {raw['like']}, which does not come before it")
        before = {name: told[raw["like"]][name] for name in _COPIED if name in told[raw["like"]]}
        raw = {**before, **raw}
    elif raw.get("probe"):
        raw = {**probe, **raw}
    data = {**raw.get("data", {}), **raw.get("set", {})}
    data = {name: value for name, value in data.items() if name not in raw.get("without", ())}
    rows = list(raw.get("rows", ()))
    rows = [rows[index] for index in raw["keep_rows"]] if "keep_rows" in raw else rows
    rows = [{**row, **raw.get("set_row", {})} for row in rows]
    return {**raw, "data": data, "rows": rows}


def _step(raw: Raw, target: str, profile: Profile) -> Step:
    left_open = raw.get("open") or raw.get("open_at", {}).get(target)
    unknown = raw.get("open_unless_known")
    if unknown and getattr(profile, unknown) is None:
        left_open = (f"配置项 {unknown} 未知", f"the profile does not know {unknown}")
    return Step(
        id=raw["id"],
        title=Label(*raw["title"]),
        method=raw["method"],
        data=raw["data"],
        rows=raw["rows"],
        expect=raw["expect"],
        basis=raw["basis"],
        bad=bool(raw.get("bad")),
        wire=raw.get("wire", {}),
        keep=raw.get("keep", {}),
        needs=raw.get("needs", {}),
        open=Label(*left_open) if left_open else None,
        try_each=raw.get("try_each"),
        beyond_the_limit="crowd" in raw,
        keep_nonce=bool(raw.get("keep_nonce")),
    )
