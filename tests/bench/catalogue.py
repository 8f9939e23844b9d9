"""The stages in the order of a day."""

from bench.stage import Stage

_AT_50_MS = 0.05
_HELD = 500_000  # the lane by hand holds its rows in memory, 2 kB each
_LANES = "bench.references.lanes"
_SENT = "bench.stages.delivery"
_SHARDS = "bench.stages.shards"
STAGES = (
    Stage("master", "master data, read again unchanged", "bench.stages.master:ours"),
    Stage(
        "load", "extract and load", "bench.stages.load:ours", "bench.references.ingest:reference",
        {"bare COPY": "bench.references.copy:reference"},
    ),
    Stage(
        "merge", "merge into an empty day", "bench.stages.merge:merge", "bench.references.insert:reference",
        leaves="known",
    ),
    Stage(
        "replay", "extract an unchanged day again", "bench.stages.merge:again", "bench.stages.merge:first",
        needs="read",
    ),
    Stage(
        "rerun", "extract a day with 1 % changed", "bench.stages.merge:changed", "bench.stages.merge:first",
        needs="read",
    ),
    Stage("rule", "each rule by itself", "bench.stages.rules:alone", needs="read"),
    Stage("rules", "all rules over the day", "bench.stages.rules:check", needs="read", reaches="checked"),
    Stage("plan-province", "plan, 500 rows a call", f"{_SENT}:plan_province", needs="checked", leaves="checked"),
    Stage("plan-nation", "plan, 20 rows a call", f"{_SENT}:plan_nation", needs="checked", leaves="checked"),
    Stage(
        "province", "deliver to the province, two workers", f"{_SHARDS}:two_to_province", f"{_LANES}:province",
        {"one worker": f"{_SHARDS}:one_to_province"}, needs="checked", leaves="checked", latency=0,
        sample=_HELD,
    ),
    Stage(
        "province-50ms", "deliver to the province at 50 ms, two workers", f"{_SHARDS}:two_to_province",
        f"{_LANES}:province", {"one worker": f"{_SHARDS}:one_to_province"}, needs="checked", leaves="checked",
        latency=_AT_50_MS, sample=_HELD,
    ),
    Stage(
        "nation", "deliver to the nation, two workers", f"{_SHARDS}:two_to_nation", f"{_LANES}:sequential",
        {"one worker": f"{_SHARDS}:one_to_nation", "asynchronous": f"{_LANES}:asynchronous"}, needs="checked",
        leaves="checked", latency=0, sample=50_000,
    ),
    Stage(
        "nation-50ms", "deliver to the nation at 50 ms, two workers", f"{_SHARDS}:two_to_nation",
        f"{_LANES}:sequential",
        {"one worker": f"{_SHARDS}:one_to_nation", "asynchronous": f"{_LANES}:asynchronous"}, needs="checked",
        leaves="checked", latency=_AT_50_MS, sample=2_000,
    ),
    Stage(
        "day", "the whole day, both platforms at 50 ms", "bench.stages.day:ours", needs="checked", leaves="checked",
        latency=_AT_50_MS,
    ),
    Stage(
        "reconcile-fetch", "reconcile: fetch what the platform lists, and stage it", "bench.stages.reconcile:fetch",
        needs="delivered", latency=0,
    ),
    Stage(
        "reconcile", "reconcile: compare to row and column", "bench.stages.reconcile:compare",
        "bench.references.join:reference", needs="delivered",
    ),
    Stage("report", "report", "bench.stages.report:ours", needs="delivered"),
    Stage("sweep", "a sweep with nothing new", "bench.stages.sweep:ours", needs="delivered", latency=0),
    Stage(
        "sweep-tenth", "the same, of a tenth of the day", "bench.stages.sweep:ours", needs="delivered", latency=0,
        day_before=True,
    ),
    Stage(
        "sweep-look", "a sweep that has to look everything up", "bench.stages.sweep:looking", needs="delivered",
        latency=0,
    ),
    Stage("help", "realname --help", "bench.stages.commands:show_help"),
    Stage("status", "realname status", "bench.stages.commands:status", needs="delivered"),
    Stage(
        "airflow", "Airflow's share of a day", "bench.stages.airflow_day:ours", "bench.stages.airflow_day:reference",
        needs="nothing", around="bench.stages.airflow_day:running",
    ),
)  # fmt: skip


def chosen(names: str) -> list[Stage]:
    """The stages of these names, separated by commas; all where none is given.

    Raises:
        SystemExit: there is no such stage.
    """
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    known = {stage.name: stage for stage in STAGES}
    if unknown := [name for name in wanted if name not in known]:
        raise SystemExit(f"no stage {', '.join(unknown)}; there are {', '.join(known)}")
    return [stage for stage in STAGES if not wanted or stage.name in wanted]
