"""Waiting, and times as tuples. Local time is UTC."""

from _leaf import clock, instant_after, wait_until
from datetime import datetime, timezone


def sleep(seconds):
    wait_until(instant_after(seconds))


class struct_time:
    def __init__(self, moment, is_dst):
        self.tm_year = moment.year
        self.tm_mon = moment.month
        self.tm_mday = moment.day
        self.tm_hour = moment.hour
        self.tm_min = moment.minute
        self.tm_sec = moment.second
        self.tm_wday = moment.weekday()
        self.tm_yday = moment.toordinal() - datetime(moment.year, 1, 1).toordinal() + 1
        self.tm_isdst = is_dst

    def _fields(self):
        return (
            self.tm_year,
            self.tm_mon,
            self.tm_mday,
            self.tm_hour,
            self.tm_min,
            self.tm_sec,
            self.tm_wday,
            self.tm_yday,
            self.tm_isdst,
        )

    def __getitem__(self, index):
        return self._fields()[index]

    def __len__(self):
        return 9

    def __iter__(self):
        yield from self._fields()

    def __eq__(self, other):
        return self._fields() == other[:]

    def __lt__(self, other):
        return self._fields() < other[:]

    def __le__(self, other):
        return self._fields() <= other[:]

    def __gt__(self, other):
        return self._fields() > other[:]

    def __ge__(self, other):
        return self._fields() >= other[:]

    def __repr__(self):
        year, month, day, hour, minute, second, weekday, yearday, is_dst = self._fields()
        return (
            f"time.struct_time(tm_year={year}, tm_mon={month}, tm_mday={day}, tm_hour={hour}, tm_min={minute}, "
            f"tm_sec={second}, tm_wday={weekday}, tm_yday={yearday}, tm_isdst={is_dst})"
        )


def gmtime(seconds):
    if seconds is None:
        seconds = clock() // 1000000
    return struct_time(datetime.utcfromtimestamp(int(seconds // 1)), 0)


def moment_of(parts):
    if parts is None:
        return datetime.fromtimestamp(clock() // 1000000, timezone.utc)
    return datetime(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], tzinfo=timezone.utc)


def strftime(format, parts):
    return moment_of(parts).strftime(format)


def asctime(parts):
    return moment_of(parts).ctime()


def ctime(seconds):
    return moment_of(gmtime(seconds)).ctime()


def strptime(text, format):
    return struct_time(datetime.strptime(text, format), -1)


def mktime(parts):
    return moment_of(parts).timestamp()


def date_parts(self):
    return struct_time(datetime(self.year, self.month, self.day), -1)


def datetime_parts(self):
    saving = self.dst()
    return struct_time(self, -1 if saving is None else 1 if saving else 0)


def universal_parts(self):
    return struct_time(self if self.tzinfo is None else self.astimezone(timezone.utc), 0)
