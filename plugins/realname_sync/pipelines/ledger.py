"""Sign the heads of the journal, and verify journal and ledger."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from realname_sync.delivery.ledger_check import Verified, verify
from realname_sync.delivery.ledger_head import Head, head_text
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


def verify_ledger(
    city: City, first: date, last: date, targets: Collection[str] | None = None, kept: Sequence[Head] = ()
) -> Iterator[Verified]:
    """Verify the journal, its signed heads and the ledger of every date and platform from `first` to `last`.

    `kept` are heads that were kept elsewhere; a chain that they know must be there.
    """
    public_key = city.vault.signer().public_key()
    with transaction(city.engine, Role.READ) as connection:
        found = statements.rows(connection, "delivery/journal_dates", first=first, last=last)
        chains = {(row.work_date, row.target) for row in found}
        chains |= {(head.work_date, head.target) for head in kept if first <= head.work_date <= last}
        for work_date, target in sorted(chains):
            if targets is None or target in targets:
                yield verify(connection, work_date, target, public_key, kept)
