"""Who does which work."""

from bench.peers.finding import Finding
from bench.peers.loading import Loading
from bench.peers.pushing import Pushing
from bench.peers.shaping import Shaping
from bench.peers.work import Peer, Work

_TAKES_UP = "the same script; what was extracted and not loaded is loaded first"

WORKS: dict[type[Work], tuple[Peer, ...]] = {
    Loading: (
        Peer("ours-staged", "COPY through into a staging table; what a read does first", "bench.stages.load:ours"),
        Peer(
            "ours", "the whole read: staged, typed, merged into core with versions, one transaction",
            "bench.stages.merge:first", goes_on="bench.stages.merge:again", is_killed=True,
            again="`realname extract DATE`",
        ),
        Peer(
            "dlt-arrow", "SQL source as Arrow, files of CSV, append", "dlt_load", "dlt", "dlt", "arrow-append",
            again=_TAKES_UP, is_killed=True,
        ),
        Peer(
            "dlt-dicts", "SQL source as dicts, INSERTs, append", "dlt_load", "dlt", "dlt", "dicts-append",
            again=_TAKES_UP, is_killed=True,
        ),
        Peer(
            "dlt-merge", "SQL source as Arrow, files of CSV, merge by key", "dlt_load", "dlt", "dlt", "arrow-merge",
            again=_TAKES_UP, is_killed=True,
        ),
        Peer(
            "sling-full", "a statement as stream, full refresh", "sling_load", "sling", "sling-linux-amd64",
            "full-refresh", is_killed=True,
        ),
        Peer(
            "sling-upsert", "a statement as stream, incremental by key", "sling_load", "sling", "sling-linux-amd64",
            "incremental", is_killed=True,
        ),
        Peer(
            "singer-append", "a tap of ours, COPY by the target, no key", "singer_load", "singer",
            "meltanolabs-target-postgres", "append", is_killed=True,
        ),
        Peer(
            "singer-upsert", "a tap of ours, COPY by the target, upsert by key", "singer_load", "singer",
            "meltanolabs-target-postgres", "upsert", is_killed=True,
        ),
    ),
    Pushing: (
        Peer(
            "ours", "planned, sent, results asked for, all in the ledger", "bench.stages.delivery:whole",
            goes_on="bench.stages.delivery:carry_on", is_killed=True,
            again="`realname push DATE`, or the next sweep; it waits the minute in which a call without an answer may"
            " still be worked off, asks the platform, and sends what is missing",
        ),
        Peer(
            "dlt", "a custom destination, a call of 20 rows an item, 20 files at once", "dlt_push", "dlt", "dlt",
            again=_TAKES_UP, is_killed=True,
        ),
    ),
    Finding: (
        Peer("ours", "reconciliation row by row, project by project", "bench.stages.reconcile:ours"),
        Peer("reladiff-hash", "checksums of segments", "reladiff_find", "reladiff", "reladiff", "hash"),
        Peer("reladiff-join", "outer join in the database", "reladiff_find", "reladiff", "reladiff", "join"),
        Peer("datacompy-pandas", "both sides read into pandas", "datacompy_find", "datacompy", "datacompy", "pandas"),
        Peer("datacompy-polars", "both sides read into polars", "datacompy_find", "datacompy", "datacompy", "polars"),
    ),
    Shaping: (
        Peer("ours", "every suite asked, rows only where one does not hold", "bench.stages.shape:every_suite"),
        Peer("ours-again", "asked again with nothing changed", "bench.stages.shape:unchanged"),
        Peer(
            "expectations", "Great Expectations by itself, every suite asked for its rows", "expectations_look",
            "expectations", "great-expectations",
        ),
    ),
}  # fmt: skip
