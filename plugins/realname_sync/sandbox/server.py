"""The HTTP side of the three platforms: one address each, `/open.api` for the protocol, `/sandbox/` for inspection."""

import asyncio
import logging
import time
import traceback
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Handler

from realname_sync.sandbox.calls import Call
from realname_sync.sandbox.faults import MALFORMED, Fault
from realname_sync.sandbox.inspection import from_this_machine, inspection_routes
from realname_sync.sandbox.platform import Platform, Setting
from realname_sync.sandbox.platform_rules import PLATFORMS
from realname_sync.sandbox.protocol import Code, RefusedCallError, envelope, parse_form

log = logging.getLogger(__name__)

PATH = "/open.api"
_LARGEST_BODY = 256 * 1024 * 1024
THIS_MACHINE = "127.0.0.1"


class _DroppedError(Exception):
    """The connection is to be cut without an answer."""


class _HttpError(Exception):
    """The call is answered below the protocol, with an HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class OpenApi:
    """Answers the calls of one platform."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """One call, from its body to the bytes of its answer, noted in the log of calls."""
        started = time.perf_counter()
        call = self._platform.new_call()
        body = await request.read()
        call.request_bytes = len(body)
        kept = self._platform.calls.keeps_requests
        if kept:
            call.keep_request(body)
        try:
            answer = await self._answer(request, body, call)
            call.http_status = 200
            if kept:
                call.keep_answer(answer)
            return web.Response(body=answer, content_type="application/json", charset="utf-8")
        except _HttpError as error:
            call.http_status = error.status
            return web.Response(
                status=error.status, text="<html><body>Server Error</body></html>", content_type="text/html"
            )
        except _DroppedError:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        finally:
            call.elapsed_ms = (time.perf_counter() - started) * 1000
            self._platform.calls.note(call)

    async def _answer(self, request: web.Request, body: bytes, call: Call) -> bytes:
        code, message, data = Code.ACCEPTED, "成功", None
        method = ""
        try:
            params = parse_form(request.content_type, request.query_string, body)
            method = params["method"]
            call.method = method
            call.is_write = self._platform.is_write(method)
            for fault in self._struck("arrival", method, call):
                await _before_the_work(fault)
            data = await self._platform.answer(params, call)
        except RefusedCallError as refusal:
            code, message = Code(refusal.code), refusal.message
        except (_DroppedError, _HttpError):
            raise
        except Exception as error:
            # Words of the database may hold values of the rows, so only the place is logged.
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("%s: %s failed with %s\n%s", self._platform.name, method, type(error).__name__, where)
            code, message = Code.OTHER, "Internal Error"
        answer = envelope(code, message, data, code_as_text=self._platform.rules.code_as_text)
        for fault in self._struck("answer", method, call):
            answer = _after_the_work(fault, answer)
        call.code = int(code)
        return answer

    def _struck(self, stage: str, method: str, call: Call) -> Iterator[Fault]:
        for fault in self._platform.faults.take(stage, method):
            call.fault = f"{call.fault},{fault.kind}" if call.fault else fault.kind
            yield fault


async def _before_the_work(fault: Fault) -> None:
    match fault.kind:
        case "delay":
            await asyncio.sleep(fault.seconds)
        case "http_error":
            raise _HttpError(fault.status)
        case "drop_before":
            raise _DroppedError
        case "throttle":
            raise RefusedCallError(Code.TOO_MANY_CALLS, "调用次数超限")
        case _:
            raise RefusedCallError(fault.code, "Internal Error")


def _after_the_work(fault: Fault, answer: bytes) -> bytes:
    match fault.kind:
        case "http_error":
            raise _HttpError(fault.status)
        case "drop_after":
            raise _DroppedError
        case "malformed_answer":
            return MALFORMED[fault.shape]
        case _:
            return answer


@web.middleware
async def _only_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path.startswith("/sandbox/") and not from_this_machine(request):
        raise web.HTTPForbidden
    return await handler(request)


@asynccontextmanager
async def open_platforms(
    setting: Setting, ports: Mapping[str, int], host: str = THIS_MACHINE
) -> AsyncIterator[tuple[dict[str, Platform], dict[str, str]]]:
    """Serve the three platforms while the context lasts; gives the platforms and their addresses by name.

    Args:
        setting: database, clocks and delays.
        ports: the port of each platform; 0, or none given, takes a free one.
        host: the address to listen on; what is below /sandbox/ answers this machine only, whatever it is.
    """
    platforms = {name: Platform(name, setting) for name in PLATFORMS}
    addresses: dict[str, str] = {}
    async with AsyncExitStack() as stack:
        for name, platform in platforms.items():
            await platform.start()
            stack.push_async_callback(platform.stop)
            application = web.Application(client_max_size=_LARGEST_BODY, middlewares=[_only_this_machine])
            application.router.add_post(PATH, OpenApi(platform).__call__)
            application.add_routes(inspection_routes(platform))
            runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=0.3)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, host, ports.get(name, 0))
            await site.start()
            port = runner.addresses[0][1]
            addresses[name] = f"http://{host}:{port}"
        yield platforms, addresses
