"""Who may come in: appid, signature, clock, nonce, rate and version, in that order."""

import time
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime

from realname_sync.sandbox.credentials import Caller, CredentialBook
from realname_sync.sandbox.platform_rules import V2_OPENS, PlatformRules
from realname_sync.sandbox.protocol import Code, RefusedCallError, decrypt, is_signed, parse_timestamp
from realname_sync.workdate import SHANGHAI, Clock


class Admission:
    """Decides whether a call is answered at all. `wall_clock` judges time stamps, `arrival_clock` the version."""

    def __init__(
        self, rules: PlatformRules, credentials: CredentialBook, wall_clock: Clock, arrival_clock: Clock
    ) -> None:
        self._rules = rules
        self._credentials = credentials
        self._wall_clock = wall_clock
        self._arrival_clock = arrival_clock
        self._nonces: dict[tuple[str, str], datetime] = {}
        self._calls: dict[str, deque[float]] = {}

    def remember(self, used: Iterable[tuple[str, str, datetime]]) -> None:
        """Take over nonces that were used before this start: appid, nonce, instant; oldest first."""
        self._nonces.update({(appid, nonce): instant for appid, nonce, instant in used})

    async def admit(self, params: Mapping[str, str]) -> Caller:
        """The caller, once everything about the call but its data has been found in order.

        Raises:
            RefusedCallError: it was not.
        """
        caller = await self._signed_by(params)
        self._check_clock_and_nonce(params)
        self._check_rate(caller)
        self._check_version(params["version"])
        return caller

    async def _signed_by(self, params: Mapping[str, str]) -> Caller:
        caller = self._credentials.find(params["appid"])
        if caller is None or not is_signed(params, caller.secret):
            await self._credentials.read()
            caller = self._credentials.find(params["appid"])
        if caller is None:
            raise RefusedCallError(Code.BAD_REQUEST, "参数 appid 无效")
        if not is_signed(params, caller.secret):
            raise RefusedCallError(Code.BAD_SIGNATURE, "签名验证失败")
        if "corpsign" in params and not _corpsign_fits(params, caller.secret):
            raise RefusedCallError(Code.BAD_SIGNATURE, "企业签名验证失败")
        return caller

    def _check_clock_and_nonce(self, params: Mapping[str, str]) -> None:
        now = self._wall_clock()
        if abs(now - parse_timestamp(params["timestamp"])) > self._rules.clock_tolerance:
            raise RefusedCallError(Code.BAD_REQUEST, "参数 timestamp 超出允许的时间误差")
        # Insertion order is time order, so what has run out stands at the front.
        while self._nonces:
            oldest = next(iter(self._nonces))
            if now - self._nonces[oldest] < self._rules.nonce_kept:
                break
            del self._nonces[oldest]
        key = (params["appid"], params["nonce"])
        if key in self._nonces:
            raise RefusedCallError(Code.BAD_REQUEST, "参数 nonce 已使用")
        self._nonces[key] = now

    def _check_rate(self, caller: Caller) -> None:
        limit = self._rules.calls_per_second
        if limit is None:
            return
        now = time.monotonic()
        recent = self._calls.setdefault(caller.appid, deque())
        while recent and now - recent[0] >= 1.0:
            recent.popleft()
        if len(recent) >= limit:
            raise RefusedCallError(Code.TOO_MANY_CALLS, f"调用次数超限：每秒 {limit} 次")
        recent.append(now)

    def _check_version(self, version: str) -> None:
        now = self._arrival_clock().astimezone(SHANGHAI)
        expected = self._rules.version_at(now)
        if version == expected:
            return
        message = f"接口版本 {version} 不开放，当前版本为 {expected}"
        if self._rules.versions_by_date and version in {"1.0", "2.0"}:
            day = V2_OPENS.date().isoformat()
            message = f"V1.0 接口已于 {day} 关闭" if version == "1.0" else f"V2.0 接口将于 {day} 开放"
        raise RefusedCallError(Code.NO_PERMISSION, message)


def _corpsign_fits(params: Mapping[str, str], secret: str) -> bool:
    try:
        return decrypt(params["corpsign"], secret).endswith(params["timestamp"])
    except ValueError:
        return False
