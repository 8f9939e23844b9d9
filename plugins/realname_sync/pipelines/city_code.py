"""The division code of the city, which decides which rules and settings hold."""

from realname_sync.pipelines.city import City


def city_code(city: City) -> str:
    """`area_code` of the connection integrity_platform's extra, else the part of its login after `zj-`."""
    spec = city.connection("integrity_platform")
    return str(spec.extra.get("area_code") or spec.login.removeprefix("zj-"))
