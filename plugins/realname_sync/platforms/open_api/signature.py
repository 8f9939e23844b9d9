"""The signature of a call: SHA-256 over the parameters in order, the secret appended, everything in lower case."""

from collections.abc import Mapping
from hashlib import sha256


def canonical_text(params: Mapping[str, str], secret: str) -> str:
    """The text that is hashed: `name=value` in the order of the names, joined by `&`, the secret last, all lowered.

    Values go in raw, as they are sent before the form is encoded. `sign` itself does not take part.
    """
    joined = "&".join([f"{name}={params[name]}" for name in sorted(params) if name != "sign"])
    return f"{joined}&appsecret={secret}".lower()


def sign(params: Mapping[str, str], secret: str) -> str:
    """The signature: 64 hexadecimal digits in lower case."""
    return sha256(canonical_text(params, secret).encode()).hexdigest()
