"""Known vulnerabilities in what is locked, as pip-audit knows them; says so where it could not find out.

pip-audit ends well with "no known vulnerabilities" where it found no advisories at all, so its report is counted here.
"""

import json
import subprocess
import sys
from pathlib import Path

COMMAND = ("--requirement", "requirements.lock", "--disable-pip", "--progress-spinner", "off", "--format", "json")


def main() -> int:
    """0 where nothing is known or nothing could be asked, which is said aloud; 1 where something is known."""
    program = str(Path(sys.executable).with_name("pip-audit"))
    asked = subprocess.run([program, *COMMAND], capture_output=True, text=True, check=False)  # noqa: S603 - our own
    try:
        packages = json.loads(asked.stdout)["dependencies"]
    except (ValueError, KeyError):
        words = asked.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        print(f"NOT CHECKED for known vulnerabilities, run make audit where the network is: {words[0]}")
        return 0 if "onnect" in asked.stderr or "resolve" in asked.stderr else 1
    left = [one["name"] for one in packages if "skip_reason" in one]
    known = [(one["name"], one["version"], flaw["id"]) for one in packages for flaw in one.get("vulns", ())]
    for name, version, flaw in known:
        print(f"{name} {version}: {flaw}")
    if left:
        print(
            f"NOT CHECKED for known vulnerabilities: {len(left)} of {len(packages)} packages, "
            "since no advisories could be had for them here; run make audit where the network is"
        )
    print(f"checked {len(packages) - len(left)} of {len(packages)} packages, {len(known)} known vulnerabilities")
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main())
