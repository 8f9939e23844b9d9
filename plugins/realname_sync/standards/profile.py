"""How one platform speaks the protocol: version, limits, credentials, time-outs; all of it data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Literal, get_args

from realname_sync.errors import SettingsError
from realname_sync.standards.reading import DATA, read_yaml

CredentialsMode = Literal["per_project", "city"]
RowsOfOneCall = Literal["team", "project"]
SamePunch = Literal["counted_twice", "once"]
BadRow = Literal["whole_batch", "that_row"]
Cipher = Literal["aes_cbc", "guomi"]


@dataclass(frozen=True, slots=True)
class VersionPeriod:
    """A protocol version with the instants it opens (included) and closes (excluded); None is open-ended."""

    version: str
    opens: datetime | None = None
    closes: datetime | None = None

    def holds_at(self, instant: datetime) -> bool:
        """Whether the platform takes this version at an aware instant."""
        return (self.opens is None or instant >= self.opens) and (self.closes is None or instant < self.closes)


@dataclass(frozen=True)
class Profile:
    """One platform. None means that the figure is not known.

    `calls_per_second` is the most it allows, `first_calls_per_second` what the first delivery begins with,
    `calls_in_flight` how many calls of one sender may be on their way at once.
    `attempts` is how often a call is made in all, where making it again is safe. Before `unknown_wait_seconds` have
    passed, a platform may still be carrying out a call whose answer was lost, so what it has says nothing yet. Until
    `remainders_wait_until` of the work date, in Asia/Shanghai, rows that would not fill a call wait for more.
    """

    name: str
    standard: str
    path: str
    versions: tuple[VersionPeriod, ...]
    credentials: CredentialsMode
    clock_tolerance_seconds: int
    nonce_minutes: int | None
    batch_rows: Mapping[str, int]
    rows_of_one_call: RowsOfOneCall
    page_size: int
    first_page: int
    same_punch: SamePunch
    bad_row: BadRow
    calls_per_second: int | None
    first_calls_per_second: int
    calls_in_flight: int
    results_hours: int | None
    cipher: Cipher
    connect_timeout_seconds: float
    read_timeout_seconds: float
    attempts: int
    unknown_wait_seconds: float
    remainders_wait_until: time

    @property
    def version(self) -> str:
        """The latest version."""
        return self.versions[-1].version

    @property
    def counts_once(self) -> bool:
        """Whether a punch that comes again, with the same record number of the same device, is dropped."""
        return self.same_punch == "once"

    def version_at(self, instant: datetime) -> str:
        """The version of a call sent at an aware instant; it is the moment of sending that counts, not the data's day.

        Before the first version opens this is the first one: the platform then refuses the call in its own words.
        """
        holding = [period.version for period in self.versions if period.holds_at(instant)]
        return holding[-1] if holding else self.versions[0].version


def load_profile(name: str, overrides: Mapping[str, Any] | None = None) -> Profile:
    """The profile `nation`, `province` or `integrity`, with the overrides of a connection's extra.

    `batch_rows` is merged entry by entry; numbers may come as text.

    Raises:
        SettingsError: there is no such profile, or an override is unknown, makes no sense, or asks for a cipher that
            is not there.
    """
    text = read_yaml(DATA / "profiles.yaml")
    if name not in text["profiles"]:
        known = ", ".join(sorted(text["profiles"]))
        raise SettingsError(f"there is no profile {name!r}; the ones there are: {known}")
    values: dict[str, Any] = {**text["defaults"], **text["profiles"][name], "name": name}
    for key, value in (overrides or {}).items():
        if key not in values or key in {"name", "standard"}:
            raise SettingsError(f"profile {name}: {key!r} is not a setting that can be overridden")
        values[key] = {**values[key], **value} if key == "batch_rows" and isinstance(value, Mapping) else value
    for key, value in values.items():
        try:
            values[key] = _read(key, value)
        except (ValueError, TypeError, AttributeError):
            raise SettingsError(f"profile {name}: {key} cannot be {value!r}") from None
    profile = Profile(**values)
    if profile.cipher != "aes_cbc":
        raise SettingsError(
            f"profile {name}: the cipher suite {profile.cipher} (SM3, SM4) is not built in; set cipher to aes_cbc"
        )
    return profile


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "credentials": get_args(CredentialsMode),
    "rows_of_one_call": get_args(RowsOfOneCall),
    "same_punch": get_args(SamePunch),
    "bad_row": get_args(BadRow),
    "cipher": get_args(Cipher),
}
_MAY_BE_UNKNOWN = frozenset({"nonce_minutes", "calls_per_second", "results_hours"})
_COUNTS = _MAY_BE_UNKNOWN | {
    "clock_tolerance_seconds", "page_size", "attempts", "first_calls_per_second", "calls_in_flight",
}  # fmt: skip
_SECONDS = frozenset({"connect_timeout_seconds", "read_timeout_seconds", "unknown_wait_seconds"})


def _read(key: str, value: Any) -> Any:
    """A setting's value in its type; text is taken for the number it shows."""
    if key in _CHOICES:
        return _CHOICES[key][_CHOICES[key].index(value)]
    if key in _MAY_BE_UNKNOWN and value is None:
        return None
    if key in _COUNTS:
        return int(_positive(int(value)))
    if key in _SECONDS:
        return _positive(float(value))
    if key == "first_page":
        return int(value)
    if key == "batch_rows":
        return {method: int(_positive(int(rows))) for method, rows in value.items()}
    if key == "remainders_wait_until":
        return time.fromisoformat(value)
    if key == "versions":
        return _periods(value)
    return str(value)


def _positive(number: float) -> float:
    if number <= 0:
        raise ValueError(number)
    return number


def _periods(values: Sequence[Mapping[str, str]]) -> tuple[VersionPeriod, ...]:
    if not values:
        raise ValueError("none")
    return tuple(_period(**period) for period in values)


def _period(version: str, opens: str | None = None, closes: str | None = None) -> VersionPeriod:
    instants = [datetime.fromisoformat(text) if text else None for text in (opens, closes)]
    if any(instant and instant.tzinfo is None for instant in instants):
        raise ValueError(version)
    return VersionPeriod(str(version), *instants)
