"""A DingTalk robot and a mail server on this machine, that keep what they are sent."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Robot:
    """DingTalk's side of the webhook: what came, and what is answered."""

    port: int = 0
    errcode: int = 0
    received: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def connection(self) -> str:
        """As AIRFLOW_CONN_DINGDING_DEFAULT says it."""
        host = f"http://127.0.0.1:{self.port}"
        return json.dumps({"conn_type": "dingding", "host": host, "password": "token-of-the-robot"})


@contextmanager
def dingtalk() -> Iterator[Robot]:
    """Serve the robot until the block ends."""
    robot = Robot()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            robot.paths.append(self.path)
            robot.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            body = json.dumps({"errcode": robot.errcode, "errmsg": "as it likes"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    robot.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield robot
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Letter:
    """One mail as the server took it."""

    sender: str
    receivers: list[str]
    subject: str
    text: str


@dataclass
class MailServer:
    """What came to it."""

    port: int = 0
    letters: list[Letter] = field(default_factory=list)

    @property
    def connection(self) -> str:
        """As AIRFLOW_CONN_SMTP_DEFAULT says it."""
        extra = {
            "from_email": "realname@city.example",
            "alert_to": "on-call@city.example",
            "disable_ssl": True,
            "disable_tls": True,
            "timeout": 5,
            "retry_limit": 1,
        }
        return json.dumps({"conn_type": "smtp", "host": "127.0.0.1", "port": self.port, "extra": extra})


async def _take_letters(server: MailServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As much of RFC 5321 as a client without extensions needs."""

    def say(line: str) -> None:
        writer.write(line.encode() + b"\r\n")

    sender, receivers = "", list[str]()
    say("220 here")
    while line := (await reader.readline()).decode().strip():
        verb = line.split(":")[0].split()[0].upper()
        if verb == "MAIL":
            sender = line.split("<")[1].split(">")[0]
        elif verb == "RCPT":
            receivers.append(line.split("<")[1].split(">")[0])
        if verb == "DATA":
            say("354 go on")
            body = (await reader.readuntil(b"\r\n.\r\n"))[:-5]
            mail = message_from_bytes(body, policy=policy.default)
            part = mail.get_body(("html",))
            server.letters.append(Letter(sender, receivers, mail["Subject"], part.get_content() if part else ""))
        say("221 bye" if verb == "QUIT" else "250 ok")
        if verb == "QUIT":
            break
    writer.close()


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Serve mail until the block ends."""
    server, loop, ready = MailServer(), asyncio.new_event_loop(), threading.Event()

    async def serve() -> None:
        listening = await asyncio.start_server(
            lambda reader, writer: _take_letters(server, reader, writer), "127.0.0.1", 0
        )
        server.port = listening.sockets[0].getsockname()[1]
        ready.set()

    loop.create_task(serve())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
