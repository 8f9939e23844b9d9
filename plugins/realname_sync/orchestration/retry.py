"""What Airflow does after a failure follows from the error's class and from nothing else."""

from datetime import timedelta

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from realname_sync.errors import (
    DataError,
    FatalError,
    HeldError,
    OtherSenderError,
    RetriableError,
    ThrottledError,
    UnknownOutcomeError,
)

RETRIES = 3
RETRY_DELAY = timedelta(minutes=2)
OTHER_SENDER_DELAY = timedelta(minutes=5)
"""Long enough that the tries outlast the claims of a lost sender: their lease, and what clocks may differ by."""

RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(FatalError, RetryAction.FAIL, reason="trying again cannot help: a person has to change something"),
        RetryRule(DataError, RetryAction.FAIL, reason="the input has to change, not the program"),
        RetryRule(
            UnknownOutcomeError,
            RetryAction.FAIL,
            reason="the next run asks the platform before it sends anything again",
        ),
        RetryRule(ThrottledError, RetryAction.RETRY, timedelta(minutes=1), reason="the platform asked for fewer calls"),
        RetryRule(HeldError, RetryAction.RETRY, timedelta(minutes=15), reason="held until its condition is met"),
        RetryRule(
            OtherSenderError,
            RetryAction.RETRY,
            OTHER_SENDER_DELAY,
            reason="the claims of a sender on a machine that is lost run out after some minutes",
        ),
        RetryRule(RetriableError, RetryAction.RETRY, RETRY_DELAY, reason="may succeed later, and repeating it is safe"),
    ],
    # Anything else is a database gone for a moment or a fault of ours. Every step may be repeated: the count decides.
    default=RetryAction.DEFAULT,
)
