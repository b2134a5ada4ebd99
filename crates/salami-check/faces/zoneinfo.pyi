# zoneinfo: time zones of regions. The IANA database is part of the program that runs this, not of the machine.

ZoneInfo = prelude("zoneinfo._common.ZoneInfo")
ZoneInfoNotFoundError = prelude("zoneinfo._common.ZoneInfoNotFoundError")
available_timezones = prelude("zoneinfo._common.available_timezones")
InvalidTZPathWarning = refused("the time zones are part of salami")
TZPATH = refused("the time zones are part of salami")
reset_tzpath = refused("the time zones are part of salami")
