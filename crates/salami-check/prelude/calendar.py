"""calendar: years and months."""

from datetime import date


class IllegalMonthError(ValueError):
    def __init__(self, month):
        self.month = month

    def __str__(self):
        return f"bad month number {self.month!r}; must be 1-12"


def isleap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def leapdays(y1, y2):
    first = y1 - 1
    last = y2 - 1
    return (last // 4 - first // 4) - (last // 100 - first // 100) + (last // 400 - first // 400)


def weekday(year, month, day):
    if year < 1 or year > 9999:
        # The calendar repeats after 400 years.
        return date(2000 + year % 400, month, day).weekday()
    return date(year, month, day).weekday()


def monthrange(year, month):
    if month < 1 or month > 12:
        raise IllegalMonthError(month)
    days = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    if month == 2 and isleap(year):
        days = 29
    return weekday(year, month, 1), days


def monthcalendar(year, month):
    first, length = monthrange(year, month)
    weeks = []
    for start in range(1 - first, length + 1, 7):
        weeks.append([day if 1 <= day <= length else 0 for day in range(start, start + 7)])
    return weeks


def timegm(tuple):
    days = date(tuple[0], tuple[1], 1).toordinal() - date(1970, 1, 1).toordinal() + tuple[2] - 1
    return ((days * 24 + tuple[3]) * 60 + tuple[4]) * 60 + tuple[5]
