"""Opens a platform from its connection: profile, overrides, address and pair."""

from collections.abc import Callable

from realname_sync.errors import ConnectionMissingError
from realname_sync.platforms.integrity import IntegrityPlatform
from realname_sync.platforms.open_api.client import CallRecord, OpenApiClient
from realname_sync.platforms.open_api.envelope import Credentials
from realname_sync.platforms.open_api.pace import Beat, Pace
from realname_sync.platforms.uplink import CredentialsFor, Uplink
from realname_sync.settings import ENVIRONMENT, FORM_TYPES, ConnectionSpec
from realname_sync.standards import Profile, load_profile
from realname_sync.workdate import Clock, system_clock

OnCall = Callable[[CallRecord], None]
BeatFor = Callable[[Profile], Beat]
_NOT_OF_THE_PROFILE = frozenset({"area_code", "corp_key", ENVIRONMENT})


def open_integrity(
    spec: ConnectionSpec, *, clock: Clock = system_clock, on_call: OnCall | None = None
) -> IntegrityPlatform:
    """The integrity platform behind the connection `integrity_platform`.

    Raises:
        ConnectionMissingError: the connection lacks its address or its pair.
        SettingsError: its extra overrides something that makes no sense.
    """
    return IntegrityPlatform(_client(spec, clock, on_call), credentials_of(spec))


def open_uplink(
    spec: ConnectionSpec,
    *,
    credentials_for: CredentialsFor | None = None,
    clock: Clock = system_clock,
    on_call: OnCall | None = None,
    beat_for: BeatFor | None = None,
) -> Uplink:
    """The uplink behind the connection `province_platform` or `nation_platform`.

    Where the profile's credentials are per project, `credentials_for` must be given; else the connection's pair
    serves all. `beat_for` gives the beat by which the platform's calls keep to a rate that others know of too.

    Raises:
        ConnectionMissingError: the connection lacks its address, or there is no pair to use.
        SettingsError: its extra overrides something that makes no sense.
    """
    client = _client(spec, clock, on_call, beat_for)
    if client.profile.credentials == "city":
        pair = credentials_of(spec)
        return Uplink(client, lambda _project_code: pair)
    if credentials_for is None:
        raise ConnectionMissingError(
            f"{spec.name} has one pair per project: load them with `realname credentials import`"
        )
    return Uplink(client, credentials_for)


def credentials_of(spec: ConnectionSpec) -> Credentials:
    """The pair that stands in a connection.

    Raises:
        ConnectionMissingError: login or password is missing.
    """
    if not spec.login or not spec.password:
        raise ConnectionMissingError(
            f"connection {spec.name} lacks its pair: set login to the appid and password to the secret"
        )
    return Credentials(spec.login, spec.password, spec.extra.get("corp_key"))


def profile_of(spec: ConnectionSpec) -> Profile:
    """The profile of a platform with what its connection overrides; what a form left empty overrides nothing.

    Raises:
        SettingsError: its extra overrides something that makes no sense.
    """
    empty = ("", None) if spec.kind == FORM_TYPES.get(spec.name) else ()
    overrides = {
        key: value for key, value in spec.extra.items() if key not in _NOT_OF_THE_PROFILE and value not in empty
    }
    return load_profile(spec.name.removesuffix("_platform"), overrides)


def _client(
    spec: ConnectionSpec, clock: Clock, on_call: OnCall | None, beat_for: BeatFor | None = None
) -> OpenApiClient:
    profile = profile_of(spec)
    pace = Pace(profile.calls_per_second, beat=beat_for(profile) if beat_for else None)
    return OpenApiClient(profile, spec.host, clock=clock, on_call=on_call, pace=pace)
