"""A platform that answers what a test tells it to, over a real socket."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

Reply = Callable[[BaseHTTPRequestHandler], None]


class ScriptedPlatform:
    """Replies are played in order, the last one for ever; `forms` are the calls as received."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.content_types: list[str] = []
        self.connections: set[int] = set()
        self._replies: list[Reply] = []
        self._scheme = "http"
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    def serve_over_tls(self, certificate: Path) -> None:
        """From now on only over TLS, with the certificate and key in that file."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._scheme = "https"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def play(self, *replies: Reply) -> None:
        self._replies = list(replies)

    def answer(self, code: Any = 0, data: Any = None, message: str = "") -> Reply:
        return self.raw(json.dumps({"code": code, "message": message, "data": data}, ensure_ascii=False).encode())

    def raw(self, body: bytes, status: int = 200) -> Reply:
        def reply(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            handler.send_header("Content-Length", str(len(body)))
            if status in {301, 302}:
                handler.send_header("Location", "/elsewhere")
            handler.end_headers()
            handler.wfile.write(body)

        return reply

    def drop(self) -> Reply:
        def reply(handler: BaseHTTPRequestHandler) -> None:
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)

        return reply

    def cut_short(self) -> Reply:
        def reply(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
            handler.wfile.write(b'{"code":')
            handler.wfile.flush()
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)

        return reply

    def silence(self, seconds: float) -> Reply:
        def reply(handler: BaseHTTPRequestHandler) -> None:
            time.sleep(seconds)
            handler.close_connection = True

        return reply

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        platform = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                platform.bodies.append(body)
                platform.content_types.append(self.headers["Content-Type"])
                platform.forms.append(dict(parse_qsl(body.decode(), keep_blank_values=True)) | {"": self.path})
                platform.connections.add(self.client_address[1])
                replies = platform._replies
                (replies.pop(0) if len(replies) > 1 else replies[0])(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


@pytest.fixture
def platform() -> Iterator[ScriptedPlatform]:
    scripted = ScriptedPlatform()
    yield scripted
    scripted.close()
