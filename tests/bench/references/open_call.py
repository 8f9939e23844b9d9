"""A call of the open API as a script makes it; needs nothing of this repository, so peers make theirs by it as well."""

import base64
import hashlib
import uuid
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

_SHANGHAI = timezone(timedelta(hours=8))


def encrypted(secret: str, number: str) -> str:
    """A number as the protocol has it sent."""
    key = secret.encode()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    padder = PKCS7(128).padder()
    padded = padder.update(number.encode()) + padder.finalize()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def signed(appid: str, secret: str, method: str, data: str) -> bytes:
    """The form of one call, signed."""
    form = {
        "appid": appid,
        "data": data,
        "format": "json",
        "method": method,
        "nonce": uuid.uuid4().hex,
        "timestamp": datetime.now(_SHANGHAI).strftime("%Y%m%d%H%M%S"),
        "version": "1.0",
    }
    joined = "&".join(f"{name}={form[name]}" for name in sorted(form)) + f"&appsecret={secret}"
    form["sign"] = hashlib.sha256(joined.lower().encode()).hexdigest()
    return urlencode(form).encode()
