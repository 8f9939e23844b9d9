"""What Airflow asks of a provider: the connection types with their forms, as `provider.yaml` beside this file says.

Every process of Airflow reads it when it starts, so it imports nothing of the library.
"""

from pathlib import Path
from typing import Any


def get_provider_info() -> dict[str, Any]:
    """The connection types of this system, as Airflow reads them through the entry point `apache_airflow_provider`."""
    import yaml

    text = Path(__file__).with_name("provider.yaml").read_bytes()
    info: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return info
