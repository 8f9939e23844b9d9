"""A client of the protocol that shares no code with the sandbox or with the library's own client."""

import base64
import hashlib
import http.client
import json
import time
import urllib.parse
import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from sandbox_city import CITY_APPID, CITY_SECRET, NATION_SECRET, PROJECT


def sign(params: dict[str, str], secret: str) -> str:
    text = "&".join(f"{name}={params[name]}" for name in sorted(params))
    return hashlib.sha256(f"{text}&appsecret={secret}".lower().encode()).hexdigest()


def encrypt(plain: str, secret: str) -> str:
    raw = plain.encode()
    raw += bytes([16 - len(raw) % 16]) * (16 - len(raw) % 16)
    encryptor = Cipher(algorithms.AES(secret.encode()), modes.CBC(secret.encode()[:16])).encryptor()
    return base64.b64encode(encryptor.update(raw) + encryptor.finalize()).decode()


def decrypt(text: str, secret: str) -> str:
    decryptor = Cipher(algorithms.AES(secret.encode()), modes.CBC(secret.encode()[:16])).decryptor()
    raw = decryptor.update(base64.b64decode(text)) + decryptor.finalize()
    return raw[: -raw[-1]].decode()


class Client:
    """Calls one platform; `call` gives (code, data), with the code as a number."""

    def __init__(self, url: str, appid: str, secret: str, version: str) -> None:
        self.address = urllib.parse.urlsplit(url)
        self.appid, self.secret, self.version = appid, secret, version

    def params(self, method: str, data: Any, **changed: str) -> dict[str, str]:
        params = {
            "appid": self.appid,
            "method": method,
            "format": "json",
            "version": self.version,
            "nonce": uuid.uuid4().hex,
            "timestamp": datetime.now(tz=ZoneInfo("Asia/Shanghai")).strftime("%Y%m%d%H%M%S"),
            "data": data if isinstance(data, str) else json.dumps(data, ensure_ascii=False),
        } | changed
        return params | {"sign": sign(params, self.secret)}

    def post(self, body: str, content_type: str = "application/x-www-form-urlencoded", path: str = "/open.api") -> Any:
        return self.request("POST", path, body, {"Content-Type": content_type})

    def request(self, verb: str, path: str, body: str | None = None, headers: dict[str, str] | None = None) -> Any:
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=10)
        try:
            connection.request(verb, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def post_call(self, method: str, data: Any, **changed: str) -> tuple[int, bytes]:
        """HTTP status and body of one call, whatever they are."""
        return self.post(urllib.parse.urlencode(self.params(method, data, **changed)))

    def answer(self, method: str, data: Any, **changed: str) -> dict[str, Any]:
        status, body = self.post_call(method, data, **changed)
        assert status == 200
        return json.loads(body)

    def call(self, method: str, data: Any, **changed: str) -> tuple[int, Any]:
        answer = self.answer(method, data, **changed)
        return int(answer["code"]), answer.get("data")

    def message(self, method: str, data: Any, **changed: str) -> tuple[int, str]:
        answer = self.answer(method, data, **changed)
        return int(answer["code"]), answer["message"]

    def result(self, serial_code: str) -> dict[str, Any]:
        for _ in range(500):
            code, data = self.call("AsyncHandleResult.Query", {"requestSerialCode": serial_code})
            if code == -5:
                time.sleep(0.05)
                continue
            assert code == 0
            if data["status"]:
                return data
            time.sleep(0.01)
        raise AssertionError("no result within five seconds")

    def write(self, method: str, data: Any) -> tuple[int, str]:
        code, accepted = self.call(method, data)
        assert code == 0, code
        result = self.result(accepted["requestSerialCode"])
        return result["status"], result["result"]

    def hidden(self, plain: str) -> str:
        return encrypt(plain, self.secret)


def nation(url: str) -> Client:
    return Client(url, PROJECT, NATION_SECRET, "1.0")


def province(url: str) -> Client:
    return Client(url, CITY_APPID, CITY_SECRET, "2.0")
