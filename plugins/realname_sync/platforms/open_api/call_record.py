"""What is kept and logged of every exchange with a platform: nothing in it is personal."""

import logging
import re
from dataclasses import dataclass
from datetime import datetime

LOG = logging.getLogger("realname_sync.platforms")
_PROJECT_CODE = re.compile(r'"projectCode":"([^"\\]*)"')


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One exchange, for the books. `error` is the name of an error class; times in milliseconds."""

    platform: str
    method: str
    appid: str
    project_code: str | None
    code: int | None
    http_status: int | None
    error: str | None
    sent_at: datetime
    elapsed_ms: float
    request_bytes: int
    data_sha256: str
    serial_code: str | None

    def log(self) -> None:
        """One line for the exchange."""
        LOG.info(
            "%s %s: code %s, HTTP %s, %.0f ms, %d bytes%s",
            self.platform,
            self.method,
            self.code,
            self.http_status,
            self.elapsed_ms,
            self.request_bytes,
            f", {self.error}" if self.error else "",
        )


def project_code_in(data_text: str) -> str | None:
    """The project that a request's text is about, if it says so."""
    found = _PROJECT_CODE.search(data_text)
    return found.group(1) if found else None
