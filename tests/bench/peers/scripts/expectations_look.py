"""Great Expectations by itself: every suite asked once for all of its rows, as its documentation shows it."""

import logging
import warnings
from datetime import date, datetime
from typing import Any

from bench.peers.scripts.job import JOB, working

_ROW_LIMIT = 2**31 - 1
warnings.simplefilter("ignore")
logging.getLogger("great_expectations").setLevel(logging.ERROR)


def _parameter(told: Any) -> Any:
    """Dates come as text in the job."""
    if not isinstance(told, str):
        return told
    return datetime.fromisoformat(told) if "T" in told or " " in told else date.fromisoformat(told)


def main() -> None:
    """Look at everything. Ours imports the library within its time as well."""
    with working() as told:
        import great_expectations
        from great_expectations.data_context.types.base import ProgressBarsConfig

        context = great_expectations.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        source = context.data_sources.add_sql(
            "warehouse", connection_string=JOB["target"], kwargs={"connect_args": {"options": JOB["options"]}}
        )
        found = 0
        for suite in JOB["suites"]:
            asset = source.add_table_asset(suite["object"], table_name=suite["view"])
            batch = asset.get_batch(asset.build_batch_request())
            asked = great_expectations.ExpectationSuite(name=suite["object"], expectations=suite["expectations"])
            result = batch.validate(
                asked,
                result_format={
                    "result_format": "COMPLETE",
                    "unexpected_index_column_names": ["object_key", "project_code"],
                    "partial_unexpected_count": _ROW_LIMIT,
                    "return_unexpected_index_query": False,
                },
                expectation_parameters={name: _parameter(one) for name, one in suite["parameters"].items()},
            )
            found += sum(len(one.result.get("unexpected_index_list") or ()) for one in result.results)
        told["rows"] = JOB["rows"]
        told["notes"] = {"found": found}


if __name__ == "__main__":
    main()
