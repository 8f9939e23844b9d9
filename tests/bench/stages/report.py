"""The quality report of a day: page, workbook, tables."""

import tempfile
from pathlib import Path

from bench.measuring import Watch
from bench.place import Place
from realname_sync.pipelines.report import report_quality


def ours(place: Place, watch: Watch) -> None:
    """For the whole city."""
    city = place.city()
    city.engine.connect().close()
    with tempfile.TemporaryDirectory() as folder, watch.running(place.rows):
        report_quality(city, place.work_date, Path(folder))
    city.close()
