"""Airflow's plugin loader takes every file it finds under its bare name; the library must stay out of its way."""

import subprocess
import sys

from realname_sync.resources import root


def test_the_library_is_kept_out_of_the_plugin_loader() -> None:
    assert "realname_sync/" in (root() / "plugins" / ".airflowignore").read_text(encoding="utf-8").split()
    assert [path.name for path in (root() / "plugins").glob("*.py")] == ["realname_sync_plugin.py"]


def test_loading_plugins_leaves_no_module_of_ours_under_a_bare_name() -> None:
    """Loaded file by file, our `settings.py` would stand in for whatever else bears that name."""
    program = """
import sys
from pathlib import Path
from airflow.plugins_manager import _get_plugins
names = {plugin.name for plugin in _get_plugins()[0]}
assert "realname_sync" in names, names
library = Path(sys.argv[1])
ours = {path.stem for path in library.rglob("*.py")} - {"__init__"}
print(*sorted(name for name, module in sys.modules.items()
    if name in ours and str(getattr(module, "__file__", "") or "").startswith(str(library))))
"""
    library = str(root() / "plugins" / "realname_sync")
    done = subprocess.run([sys.executable, "-c", program, library], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1:] == [""], done.stdout
