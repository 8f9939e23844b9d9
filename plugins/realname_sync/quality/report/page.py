"""The day's page: one HTML file without any outside resource, for a screen of any width and for paper."""

from realname_sync.quality.report.model import QualityReport
from realname_sync.quality.report.templating import self_contained


def render_page(report: QualityReport, workbook_name: str) -> str:
    """The page of a report; `workbook_name` is the file beside it that has every row."""
    return self_contained("report.html.j2", report=report, workbook_name=workbook_name)
