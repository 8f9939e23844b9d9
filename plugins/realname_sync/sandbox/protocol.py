"""The platforms' side of the open.api protocol: form, signature, cipher, times and the envelope of an answer.

Written from the description of the protocol and not from the client, so that client and sandbox can disagree.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from realname_sync.workdate import SHANGHAI

REQUIRED_PARAMETERS = ("appid", "method", "format", "version", "nonce", "timestamp", "data", "sign")
OPTIONAL_PARAMETERS = ("corpsign",)
ENCRYPTED_FIELDS = frozenset(
    {
        "idCardNumber",
        "payRollBankCardNumber",
        "payBankCardNumber",
        "bankNumber",
        "pmIDCardNumber",
        "responsiblePersonIDNumber",
        "teamLeaderIDNumber",
        "legalManIDCardNumber",
        "builderLicenseNum",
        "buildPlanNum",
        "prjPlanNum",
    }
)


class Code(IntEnum):
    """The codes of an answer."""

    ACCEPTED = 0
    BAD_REQUEST = -1
    BAD_SIGNATURE = -2
    NO_PERMISSION = -3
    ADDRESS_REFUSED = -4
    TOO_MANY_CALLS = -5
    OTHER = 9999


class RefusedCallError(Exception):
    """The call is answered with a code other than 0."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def parse_form(content_type: str, query_string: str, body: bytes) -> dict[str, str]:
    """The public parameters as they were received, decoded from the form and not touched otherwise.

    Raises:
        RefusedCallError: not a form, not UTF-8, or a parameter is missing, doubled or unknown.
    """
    if query_string:
        raise RefusedCallError(Code.BAD_REQUEST, "参数应在表单中，不应在地址中")
    if content_type != "application/x-www-form-urlencoded":
        raise RefusedCallError(Code.BAD_REQUEST, "请求体应为 application/x-www-form-urlencoded")
    try:
        pairs = [_form_pair(part) for part in body.split(b"&")]
    except ValueError:
        raise RefusedCallError(Code.BAD_REQUEST, "表单无法解析，应为 UTF-8") from None
    params = dict(pairs)
    if len(params) != len(pairs):
        raise RefusedCallError(Code.BAD_REQUEST, "参数重复")
    for name in REQUIRED_PARAMETERS:
        if not params.get(name):
            raise RefusedCallError(Code.BAD_REQUEST, f"参数 {name} 不能为空")
    if strangers := sorted(params.keys() - {*REQUIRED_PARAMETERS, *OPTIONAL_PARAMETERS}):
        raise RefusedCallError(Code.BAD_REQUEST, f"未知参数 {strangers[0]}")
    if params["format"] != "json":
        raise RefusedCallError(Code.BAD_REQUEST, "参数 format 应为 json")
    return params


_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def _form_pair(part: bytes) -> tuple[str, str]:
    """Name and value of one `name=value` of a form.

    A percent escape is a quoted-printable one but for its first sign, and that decoder is many times as fast as
    `urllib.parse` on a batch of rows.
    """
    name, equals, value = part.partition(b"=")
    if not equals or not part.isascii() or _BROKEN_ESCAPE.search(value):
        raise ValueError
    quoted = value.replace(b"=", b"=3D").replace(b"%", b"=").replace(b"+", b" ")
    return name.decode(), binascii.a2b_qp(quoted).decode()


def signed_text(params: Mapping[str, str], secret: str) -> str:
    """The text a signature is computed over: all parameters but `sign`, sorted and raw, the secret last, lowered."""
    joined = "&".join(f"{name}={params[name]}" for name in sorted(params) if name != "sign")
    return _lowered(f"{joined}&appsecret={secret}")


def is_signed(params: Mapping[str, str], secret: str) -> bool:
    """Whether `sign` is the signature of the other parameters as they were received."""
    expected = hashlib.sha256(signed_text(params, secret).encode()).hexdigest()
    return hmac.compare_digest(expected.encode(), params["sign"].encode())


def _lowered(text: str) -> str:
    # Invariant lowering goes letter by letter and leaves İ alone; Python's looks at the neighbours of Σ and splits İ.
    if "Σ" in text or "İ" in text:
        return "".join(letter if letter == "İ" else letter.lower() for letter in text)
    return text.lower()


@lru_cache(maxsize=256)
def _cipher(secret: str) -> Cipher[modes.CBC]:
    key = secret.encode()
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


@lru_cache(maxsize=200_000)
def encrypt(plaintext: str, secret: str) -> str:
    """AES-CBC with PKCS#7 padding, key = the secret's bytes, first 16 of them the IV; Base64."""
    padder = PKCS7(128).padder()
    padded = padder.update(plaintext.encode()) + padder.finalize()
    encryptor = _cipher(secret).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


@lru_cache(maxsize=200_000)
def decrypt(ciphertext: str, secret: str) -> str:
    """The plain text of an encrypted value.

    Raises:
        ValueError: it is not Base64, not whole blocks, badly padded or not UTF-8.
    """
    try:
        raw = base64.b64decode(ciphertext, validate=True)
    except binascii.Error:
        raise ValueError("not Base64") from None
    decryptor = _cipher(secret).decryptor()
    padded = decryptor.update(raw) + decryptor.finalize()
    unpadder = PKCS7(128).unpadder()
    return (unpadder.update(padded) + unpadder.finalize()).decode()


def encrypt_answer(value: Any, secret: str) -> Any:
    """The value with every field that travels encrypted replaced by its ciphertext, however deep it lies."""
    if isinstance(value, dict):
        return {
            name: encrypt(item, secret)
            if name in ENCRYPTED_FIELDS and isinstance(item, str) and item
            else encrypt_answer(item, secret)
            for name, item in value.items()
        }
    return [encrypt_answer(item, secret) for item in value] if isinstance(value, list) else value


_TIMESTAMP = re.compile(r"\d{14}", re.ASCII)


def parse_timestamp(text: str) -> datetime:
    """The public parameter `timestamp`, `yyyyMMddHHmmss` by Beijing time, as an aware instant.

    Raises:
        RefusedCallError: it is not of that form.
    """
    try:
        if not _TIMESTAMP.fullmatch(text):
            raise ValueError
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise RefusedCallError(Code.BAD_REQUEST, "参数 timestamp 应为 yyyyMMddHHmmss") from None


def parse_data(text: str) -> dict[str, Any]:
    """The business JSON: one object, no name twice in an object, decimals kept exact.

    Raises:
        RefusedCallError: it is not that.
    """
    try:
        value = json.loads(
            text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_object_without_doubles
        )
    except (ValueError, RecursionError):
        raise RefusedCallError(Code.BAD_REQUEST, "参数 data 不是合法的 JSON") from None
    if not isinstance(value, dict):
        raise RefusedCallError(Code.BAD_REQUEST, "参数 data 应为 JSON 对象")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _object_without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice")
    return value


def wire_value(value: object) -> str | float:
    """How a date, an instant or a decimal is written in JSON; instants by Shanghai time, to the second if they can.

    Raises:
        TypeError: the value is of no kind that is sent.
    """
    if isinstance(value, datetime):
        local = value.astimezone(SHANGHAI).replace(tzinfo=None) if value.tzinfo else value
        return local.isoformat(" ", "milliseconds" if local.microsecond else "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} is not sent")


def envelope(code: int, message: str, data: Any, *, code_as_text: bool) -> bytes:
    """The answer `{code, message, data}`; most deployments write the code as text, some as a number."""
    answer = {"code": str(int(code)) if code_as_text else int(code), "message": message, "data": data}
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"), default=wire_value).encode()
