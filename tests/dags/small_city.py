"""The city that the DAGs are tried on."""

from datetime import date

from realname_sync.demo.stage import CitySize

DAY = date(2026, 11, 20)
SIZE = CitySize(DAY, seed=4, projects=8, workers=160, days=5)
