"""The ISO year, week and weekday of a date."""

from typing import NamedTuple

from _leaf import iso_calendar


class IsoCalendarDate(NamedTuple):
    year: int
    week: int
    weekday: int

    def __repr__(self):
        return f"datetime.IsoCalendarDate(year={self.year}, week={self.week}, weekday={self.weekday})"


def isocalendar(self):
    year, week, weekday = iso_calendar(self)
    return IsoCalendarDate(year, week, weekday)
