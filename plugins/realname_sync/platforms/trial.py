"""One harmless signed call that shows whether a platform's connection is right; nothing is written anywhere."""

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from realname_sync.errors import (
    CallRefusedError,
    FatalError,
    PermissionRefusedError,
    RequestRefusedError,
    SignatureRefusedError,
)
from realname_sync.platforms.open_api.client import OpenApiClient
from realname_sync.platforms.open_api.envelope import Credentials
from realname_sync.platforms.opening import credentials_of, open_integrity, open_uplink, profile_of
from realname_sync.settings import ConnectionSpec
from realname_sync.workdate import Clock, system_clock

_SECONDS = 10  # a person waits for it
_NO_SUCH_WRITE = "connection-test"
_NOBODY = "connection-test"


def try_platform(spec: ConnectionSpec, clock: Clock = system_clock) -> str:
    """Make one read that changes nothing, and tell what it showed.

    Raises:
        RealnameError: what is wrong, in a sentence that holds no secret.
    """
    short = {"attempts": 1, "read_timeout_seconds": _SECONDS, "page_size": 1}
    return _TRIALS[spec.name](replace(spec, extra={**spec.extra, **short}), clock)


def _try_integrity(spec: ConnectionSpec, clock: Clock) -> str:
    area_code = str(spec.extra.get("area_code") or spec.login.removeprefix("zj-"))
    platform = open_integrity(spec, clock=clock)
    try:
        page = platform.shared_page("project", area_code, None, platform.client.profile.first_page)
    finally:
        platform.client.close()
    told = f"it shares {page.total_count} projects" if page.rows else "it shares no project"
    return f"{spec.host} took the signature of appid {spec.login}; {told} of {area_code}."


def _try_uplink(spec: ConnectionSpec, clock: Clock) -> str:
    if not (spec.login and spec.password) and profile_of(spec).credentials == "per_project":
        return _try_as_nobody(spec, clock)
    pair = credentials_of(spec)
    uplink = open_uplink(spec, credentials_for=lambda _code: pair, clock=clock)
    try:
        _ask_after_nothing(uplink.client, pair)
    finally:
        uplink.close()
    return f"{spec.host} took the signature of appid {spec.login} and answered a question that changes nothing."


def _try_as_nobody(spec: ConnectionSpec, clock: Clock) -> str:
    """Its pairs lie in the warehouse, and a test of a connection takes none out: an invented one has to be refused."""
    nobody = Credentials(_NOBODY, secrets.token_hex(16))
    uplink = open_uplink(spec, credentials_for=lambda _code: nobody, clock=clock)
    try:
        _ask_after_nothing(uplink.client, nobody)
    except SignatureRefusedError:
        return _refused_as_it_should(spec)
    except (CallRefusedError, PermissionRefusedError) as refusal:
        if isinstance(refusal, CallRefusedError) and "parameter appid" not in str(refusal):
            raise
        return _refused_as_it_should(spec)
    finally:
        uplink.close()
    raise FatalError(f"{spec.host} took a call of an invented appid: that is no platform that checks signatures")


def _refused_as_it_should(spec: ConnectionSpec) -> str:
    return (
        f"{spec.host} speaks the protocol at this path: it refused an invented appid, as it has to. The pairs of the "
        "projects lie in the warehouse and are not tried here; `realname joint-test --target nation` tries them."
    )


def _ask_after_nothing(client: OpenApiClient, pair: Credentials) -> None:
    """Ask how a write stands that was never made; what is answered to an unknown one is not published."""
    with suppress(RequestRefusedError):  # the signature is looked at before the question
        client.read("AsyncHandleResult.Query", {"requestSerialCode": _NO_SUCH_WRITE}, pair)


_TRIALS: Mapping[str, Callable[[ConnectionSpec, Clock], str]] = {
    "integrity_platform": _try_integrity,
    "province_platform": _try_uplink,
    "nation_platform": _try_uplink,
}
