"""Objects that belong to many projects, such as companies: one shard tells them for all, the others wait for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from realname_sync.delivery.desk import Desk
from realname_sync.delivery.shard import WHOLE
from realname_sync.errors import RetriableError
from realname_sync.warehouse import statements

_PAUSE = 0.5  # seconds until a waiting shard looks again


@contextmanager
def for_all_projects(desk: Desk) -> Iterator[Desk]:
    """A desk of all projects, given to one shard of a platform at a time; it is free again when its holder ends.

    What the holder told, the next one finds acknowledged. A delivery of the whole waits for nobody.

    Raises:
        RetriableError: another shard keeps it for twice as long as results are waited for.
    """
    if desk.shard.is_whole:
        yield desk
        return
    give_up_at = desk.clock() + 2 * desk.patience
    while True:
        # The lock lasts as long as the transaction, so that of a sender that dies the database takes it back.
        with desk.look() as connection:
            if statements.rows(connection, "delivery/try_lock_shared_step", target=desk.target)[0].is_mine:
                yield replace(desk, shard=WHOLE)
                return
        if desk.clock() >= give_up_at:
            raise RetriableError(
                f"{desk.target}: another shard is still telling what belongs to many projects; run {desk.shard} again"
            )
        desk.sleep(_PAUSE)
