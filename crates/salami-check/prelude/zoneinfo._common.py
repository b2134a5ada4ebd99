"""zoneinfo: time zones of regions."""

from _leaf import find_zone, zone_keys


class ZoneInfoNotFoundError(KeyError):
    pass


def ZoneInfo(key: str):
    if key.startswith("/"):
        raise ValueError(f"ZoneInfo keys may not be absolute paths, got: {key}")
    found = find_zone(key)
    if found is None:
        raise ZoneInfoNotFoundError(f"No time zone found with key {key}")
    return found


def available_timezones():
    return set(zone_keys())
