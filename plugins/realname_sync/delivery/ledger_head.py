"""Signed heads of the journal, and the line in which a head is kept elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from realname_sync.errors import SettingsError


@dataclass(frozen=True)
class Head:
    """How far a chain had come when it was signed, and its hash there."""

    work_date: date
    target: str
    entries: int
    head_hash: bytes
    signed_at: datetime
    key_id: str
    signature: bytes

    def is_signed(self, public_key: Ed25519PublicKey) -> bool:
        """Whether the signature was made with that key over this very head."""
        signed = head_text(self.work_date, self.target, self.entries, self.head_hash, self.signed_at)
        try:
            public_key.verify(self.signature, signed)
        except InvalidSignature:
            return False
        return True

    def line(self) -> str:
        """The head in one line, in the form that `read_heads` reads."""
        return " ".join(
            (
                str(self.work_date),
                self.target,
                str(self.entries),
                self.head_hash.hex(),
                _instant(self.signed_at),
                self.key_id,
                self.signature.hex(),
            )
        )


def head_text(work_date: date, target: str, entries: int, head_hash: bytes, signed_at: datetime) -> bytes:
    """The bytes that a signature of a head is made over."""
    return f"realname ledger 1\n{work_date}\n{target}\n{entries}\n{head_hash.hex()}\n{_instant(signed_at)}".encode()


@dataclass(frozen=True)
class Anchor:
    """Where the chain of a day ended that was dropped since: verified then, and said so under the ledger's key."""

    work_date: date
    target: str
    entries: int
    head_hash: bytes
    dropped_at: datetime
    key_id: str
    signature: bytes

    def is_signed(self, public_key: Ed25519PublicKey) -> bool:
        """Whether the signature was made with that key over this very anchor."""
        signed = anchor_text(self.work_date, self.target, self.entries, self.head_hash, self.dropped_at)
        try:
            public_key.verify(self.signature, signed)
        except InvalidSignature:
            return False
        return True


def anchor_text(work_date: date, target: str, entries: int, head_hash: bytes, dropped_at: datetime) -> bytes:
    """The bytes that a signature of an anchor is made over."""
    return (
        f"realname ledger dropped 1\n{work_date}\n{target}\n{entries}\n{head_hash.hex()}\n{_instant(dropped_at)}"
    ).encode()


def read_heads(lines: Iterable[str]) -> list[Head]:
    """The heads of a text that was kept; empty lines and those that begin with # say nothing.

    Raises:
        SettingsError: a line is not a head.
    """
    return [_head(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]


def _head(number: int, line: str) -> Head:
    try:
        work_date, target, entries, head_hash, signed_at, key_id, signature = line.split()
        return Head(
            date.fromisoformat(work_date),
            target,
            int(entries),
            bytes.fromhex(head_hash),
            datetime.fromisoformat(signed_at),
            key_id,
            bytes.fromhex(signature),
        )
    except ValueError:
        raise SettingsError(
            f"line {number} of the heads that were kept is not a head as `realname verify-ledger --heads` prints it"
        ) from None


def _instant(signed_at: datetime) -> str:
    return f"{signed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
