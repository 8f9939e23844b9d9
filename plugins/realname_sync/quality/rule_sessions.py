"""Carries out the rules that are statements in two sessions at once: an INSERT selects its rows by one process only."""

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, wait
from contextlib import ExitStack, contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from realname_sync.errors import SettingsError
from realname_sync.quality import findings
from realname_sync.quality.broken_rules import BrokenRule, as_broken
from realname_sync.quality.catalogue import Rule
from realname_sync.quality.rules import rule_statement
from realname_sync.warehouse.engine import Role, transaction

_WRITTEN_BY_THE_CHECK = re.compile(r"\bstaged_|\bquality\.(device_clock|key_post_day)\b")

Run = Callable[[Connection, Rule], None]
"""Carries out a rule in a session; what it finds is staged there."""


@contextmanager
def statements_under_way(
    engine: Engine, pool: Executor, rules: Mapping[str, Rule], run: Run
) -> Iterator[Callable[[Connection], list[BrokenRule]]]:
    """Have the pool begin with the rules that are statements, in a session beside the check's own.

    Gives a function that carries out the others in the check's session, stages there what both found, and returns the
    rules that broke. Each rule has a savepoint of its own. Those that look at what the check itself has written are
    left for its session; of the others each session takes the next when it is through with one.

    Raises:
        DBAPIError: the database failed, and no rule; in either session.
    """
    wanted = [rule for rule in rules.values() if rule.statement is not None]
    own = deque(rule for rule in wanted if looks_at_what_is_written(rule))
    shared = deque(rule for rule in wanted if not looks_at_what_is_written(rule))
    with ExitStack() as stack:
        sessions = stack.enter_context(ExitStack())
        helping = pool.submit(_help, engine, sessions, shared, run)
        stack.callback(wait, [helping])
        stack.callback(shared.clear)  # where one session fails, the other ends with what it is at

        def finish(connection: Connection) -> list[BrokenRule]:
            broken = [*_run_all(connection, own, run), *_run_all(connection, shared, run)]
            helper, broken_there = helping.result()
            if helper is not None:
                findings.take_over(connection, helper)
            return sorted([*broken, *broken_there], key=lambda one: wanted.index(rules[one.rule_id]))

        yield finish


def _help(
    engine: Engine, sessions: ExitStack, shared: "deque[Rule]", run: Run
) -> tuple[Connection | None, list[BrokenRule]]:
    """Take rules in a session that stays open, for what it found; none where all are taken already."""
    if not shared:
        return None, []
    helper = sessions.enter_context(transaction(engine, Role.CHECK))
    findings.begin_helping(helper)
    return helper, _run_all(helper, shared, run)


def looks_at_what_is_written(rule: Rule) -> bool:
    """Whether the rule's statement names a table that the check writes before the rules run: no other session sees it.

    A statement that cannot be read counts as one, to break where it is run.
    """
    try:
        return _WRITTEN_BY_THE_CHECK.search(rule_statement(rule).text) is not None
    except SettingsError:
        return True


def _run_all(connection: Connection, waiting: "deque[Rule]", run: Run) -> list[BrokenRule]:
    """Take rules until there are none left."""
    broken: list[BrokenRule] = []
    while True:
        try:
            rule = waiting.popleft()
        except IndexError:
            return broken
        try:
            with connection.begin_nested():
                run(connection, rule)
        except (DBAPIError, SettingsError) as failure:
            broken.append(as_broken(rule, failure))
