"""Writes values as the platforms keep and answer them."""

import json
from typing import Any

from realname_sync.sandbox.protocol import wire_value


def dump_json(value: Any) -> str:
    """Compact JSON with Chinese letters as they are, and dates and decimals as they are written on the wire."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=wire_value)
