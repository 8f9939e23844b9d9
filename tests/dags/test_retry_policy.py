"""A failure's class decides what Airflow does after it."""

from datetime import timedelta

import pytest

from realname_sync import errors
from realname_sync.errors import (
    ConnectionMissingError,
    DataError,
    FatalError,
    HeldError,
    MalformedAnswerError,
    NotSentError,
    OtherSenderError,
    PermissionRefusedError,
    PlatformBusyError,
    RealnameError,
    RequestRefusedError,
    SignatureRefusedError,
    ThrottledError,
    UnknownOutcomeError,
    WorkDateError,
)

FAIL_AT_ONCE = (
    FatalError,
    ConnectionMissingError,
    SignatureRefusedError,
    PermissionRefusedError,
    WorkDateError,
    DataError,
    RequestRefusedError,
    MalformedAnswerError,
    UnknownOutcomeError,
)
TRY_AGAIN = (NotSentError, OtherSenderError, PlatformBusyError, ThrottledError, HeldError)


@pytest.mark.parametrize("error", FAIL_AT_ONCE)
def test_what_a_person_or_the_platform_must_settle_fails_at_once(error: type[RealnameError]) -> None:
    from airflow.sdk import RetryAction

    from realname_sync.orchestration.retry import RETRY_POLICY

    assert RETRY_POLICY.evaluate(error("why"), 1, 3).action is RetryAction.FAIL


@pytest.mark.parametrize("error", TRY_AGAIN)
def test_what_may_pass_is_tried_again_after_a_while(error: type[RealnameError]) -> None:
    from airflow.sdk import RetryAction

    from realname_sync.orchestration.retry import RETRY_POLICY

    decision = RETRY_POLICY.evaluate(error("why"), 1, 3)
    assert decision.action is RetryAction.RETRY
    assert decision.retry_delay is not None
    assert decision.retry_delay >= timedelta(minutes=1)


def test_anything_else_is_tried_as_often_as_the_task_says() -> None:
    from airflow.sdk import RetryAction

    from realname_sync.orchestration.retry import RETRY_POLICY

    assert RETRY_POLICY.evaluate(OSError("why"), 1, 3).action is RetryAction.DEFAULT


def test_every_error_of_ours_falls_under_a_rule() -> None:
    """A new class of error cannot slip past the policy."""
    from airflow.sdk import RetryAction

    from realname_sync.orchestration.retry import RETRY_POLICY

    ours = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, RealnameError)]
    for error in set(ours) - {RealnameError}:
        assert RETRY_POLICY.evaluate(error("why"), 1, 3).action is not RetryAction.DEFAULT, error.__name__


@pytest.mark.parametrize("platform", ["province", "nation"])
def test_the_tries_outlast_the_claims_of_a_sender_that_is_lost(platform: str) -> None:
    from realname_sync.delivery.desk import LEASE
    from realname_sync.orchestration.retry import RETRIES, RETRY_POLICY
    from realname_sync.standards.profile import load_profile

    decision = RETRY_POLICY.evaluate(errors.OtherSenderError("why"), 1, 3)
    assert decision.retry_delay is not None
    claims_last = LEASE + timedelta(seconds=load_profile(platform).clock_tolerance_seconds)
    # The first try is the lost one, and the second comes after it by whatever it takes to notice.
    assert (RETRIES - 1) * decision.retry_delay > claims_last
