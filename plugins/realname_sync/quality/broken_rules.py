"""What is kept of a rule that cannot be carried out, and what the check says of it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.exc import DBAPIError

from realname_sync.errors import BrokenRulesError
from realname_sync.quality.catalogue import Rule

log = logging.getLogger(__name__)

_LOCK_NOT_AVAILABLE = "55P03"
_NOT_THE_RULE = ("08", "40", "53", "57", "58")
"""Classes of PostgreSQL's error codes that say nothing against a statement: lost, in conflict, out of room, stopped."""


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule that could not be carried out: the class of its error and the database's code, never its words."""

    rule_id: str
    severity: str
    error: str
    sqlstate: str | None = None


def as_broken(rule: Rule, failure: Exception) -> BrokenRule:
    """What is kept of a rule's failure. Where the database failed and not the rule, the failure itself is raised."""
    sqlstate = None
    error = type(failure).__name__
    if isinstance(failure, DBAPIError):
        sqlstate = getattr(failure.orig, "sqlstate", None)
        if failure.connection_invalidated or sqlstate is None:
            raise failure
        if sqlstate == _LOCK_NOT_AVAILABLE or sqlstate[:2] in _NOT_THE_RULE:
            raise failure
        error = type(failure.orig).__name__
    log.error("rule %s is broken: %s, code %s", rule.id, error, sqlstate or "none")
    return BrokenRule(rule.id, rule.severity, error, sqlstate)


def told_of(broken: Sequence[BrokenRule], rules: Mapping[str, Rule], work_date: date) -> BrokenRulesError:
    """What the check fails with at its end."""
    named = "; ".join(
        f"{one.rule_id} ({' '.join(filter(None, (one.error, one.sqlstate)))}): {rules[one.rule_id].implemented_by}"
        for one in broken
    )
    held = (
        "; what was read since the last whole check is not sent, because a rule that may stop it did not see it"
        if any(one.severity == "stop" for one in broken)
        else ""
    )
    return BrokenRulesError(
        f"{len(broken)} rules are broken on {work_date}, their former findings stand, all others have run{held}. "
        f"Mend and check {work_date} again: {named}",
        [one.rule_id for one in broken],
    )
