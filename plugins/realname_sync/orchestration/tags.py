"""The tags a DAG may carry; there are no others."""

from enum import StrEnum


class Tag(StrEnum):
    """Impact: how soon a failure must be seen to. Direction: which way data goes. Kind: how to make up a missed run."""

    TIER_1 = "impact/tier_1"  # the deadline of 24:00 hangs on it: at once
    TIER_2 = "impact/tier_2"  # the same day
    TIER_3 = "impact/tier_3"  # the next working day
    IN = "direction/in"
    INSIDE = "direction/inside"
    OUT = "direction/out"
    BY_DATE = "kind/by_date"  # make it up with a backfill of the missed dates
    BY_MONTH = "kind/by_month"  # make it up by running it for a day of the month
    NOW = "kind/now"  # make it up by running it once: it reads what is there now
