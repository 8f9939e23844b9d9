"""docs/metrics.md names every metric that is told, and no other."""

import re

from realname_sync.resources import root

CODE = root() / "plugins" / "realname_sync" / "orchestration" / "metrics.py"


def test_the_page_names_every_metric() -> None:
    told = {
        re.sub(r"\{(\w+)\}", lambda found: "<state>" if found.group(1) == "name" else "<platform>", name)
        for name in re.findall(r'stats\.\w+\(\s*f?"([^"]+)"', CODE.read_text(encoding="utf-8"))
    }
    rows = re.findall(r"^\| `(realname[^`]+)` \|", (root() / "docs" / "metrics.md").read_text("utf-8"), re.MULTILINE)
    named = {name for name in rows if name not in {"realname.rows.written", "realname.rows.withdrawn"}}
    assert "realname.rows.<state>" in told  # count_read: written and withdrawn
    assert named == told - {"realname.rows.<state>"}
    assert len(rows) == len(set(rows)) == len(named) + 2
