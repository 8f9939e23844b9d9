"""What each step leaves behind, announced to Airflow with its counts: one asset a step, one partition a work date.

The graph of assets shows who waits for whom and when each date was last made. Whether a step may begin is asked of the
warehouse, which also knows what was run from the command line.
"""

from airflow.sdk import Asset

_GROUP = "realname_sync"

SHARED_MASTER_DATA = Asset("shared_master_data", group=_GROUP)
MUNICIPAL_DAY = Asset("municipal_day", group=_GROUP)
FINDINGS = Asset("findings", group=_GROUP)
SENT_TO_PROVINCE = Asset("sent_to_province", group=_GROUP)
SENT_TO_NATION = Asset("sent_to_nation", group=_GROUP)
RECONCILIATION = Asset("reconciliation", group=_GROUP)
QUALITY_REPORT = Asset("quality_report", group=_GROUP)
