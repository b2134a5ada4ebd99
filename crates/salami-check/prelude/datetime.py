"""The ISO year, week and weekday of a date."""

from _leaf import iso_calendar


class IsoCalendarDate:
    def __init__(self, year, week, weekday):
        self.year = year
        self.week = week
        self.weekday = weekday

    def __getitem__(self, index):
        return (self.year, self.week, self.weekday)[index]

    def __len__(self):
        return 3

    def __iter__(self):
        yield self.year
        yield self.week
        yield self.weekday

    def __eq__(self, other):
        return (self.year, self.week, self.weekday) == other[:]

    def __lt__(self, other):
        return (self.year, self.week, self.weekday) < other[:]

    def __repr__(self):
        return f"datetime.IsoCalendarDate(year={self.year}, week={self.week}, weekday={self.weekday})"


def isocalendar(self):
    year, week, weekday = iso_calendar(self)
    return IsoCalendarDate(year, week, weekday)
