"""Sign the heads of the journal, and verify journal and ledger."""

from collections.abc import Iterator
from datetime import date

from realname_sync.delivery.ledger_check import Verified, head_text, verify
from realname_sync.pipelines.city import City
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction


def sign_head(city: City, work_date: date, target: str) -> int:
    """Sign the journal of a date and platform as far as it has come; how many entries that are.

    The same head is signed once. Every head stays, so a chain that was cut or written anew does not fit them any more.
    """
    key = {"work_date": work_date, "target": target}
    signer = city.vault.signer()
    with transaction(city.engine, Role.SEND) as connection:
        head = statements.rows(connection, "delivery/journal_head", **key)
        if not head:
            return 0
        entries, head_hash, signed_at = head[0].entry_no, bytes(head[0].hash), city.clock().replace(microsecond=0)
        statements.run(
            connection,
            "delivery/sign_head",
            entries=entries,
            head_hash=head_hash,
            signed_at=signed_at,
            key_id=city.vault.signer_id(),
            signature=signer.sign(head_text(work_date, target, entries, head_hash, signed_at)),
            **key,
        )
    return int(entries)


def verify_ledger(city: City, first: date, last: date) -> Iterator[Verified]:
    """Verify the journal, its signed heads and the ledger of every date and platform from `first` to `last`."""
    public_key = city.vault.signer().public_key()
    with transaction(city.engine, Role.READ) as connection:
        chains = statements.rows(connection, "delivery/journal_dates", first=first, last=last)
        for chain in chains:
            yield verify(connection, chain.work_date, chain.target, public_key)
