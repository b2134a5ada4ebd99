"""calendar: years, months and weeks."""

from calendar import day_abbr, day_name, month_name
from datetime import date


class IllegalMonthError(ValueError):
    def __init__(self, month):
        self.month = month

    def __str__(self):
        return f"bad month number {self.month!r}; must be 1-12"


class IllegalWeekdayError(ValueError):
    def __init__(self, weekday):
        self.weekday = weekday

    def __str__(self):
        return f"bad weekday number {self.weekday!r}; must be 0 (Monday) to 6 (Sunday)"


def isleap(year: int):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def leapdays(y1: int, y2: int):
    first = y1 - 1
    last = y2 - 1
    return (last // 4 - first // 4) - (last // 100 - first // 100) + (last // 400 - first // 400)


def weekday(year: int, month: int, day: int):
    if year < 1 or year > 9999:
        # The calendar repeats after 400 years.
        return date(2000 + year % 400, month, day).weekday()
    return date(year, month, day).weekday()


def monthrange(year: int, month: int):
    if month < 1 or month > 12:
        raise IllegalMonthError(month)
    return weekday(year, month, 1), days_of(year, month)


def days_of(year, month):
    if month == 2 and isleap(year):
        return 29
    return (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def timegm(tuple):
    days = date(tuple[0], tuple[1], 1).toordinal() - date(1970, 1, 1).toordinal() + tuple[2] - 1
    return ((days * 24 + tuple[3]) * 60 + tuple[4]) * 60 + tuple[5]


def rows(items, width):
    return [items[start:start + width] for start in range(0, len(items), width)]


class Calendar:
    def __init__(self, firstweekday: int = 0):
        self.first = firstweekday

    @property
    def firstweekday(self):
        return self.first % 7

    @firstweekday.setter
    def firstweekday(self, firstweekday):
        self.first = firstweekday

    def getfirstweekday(self):
        return self.first % 7

    def setfirstweekday(self, firstweekday: int):
        self.first = firstweekday

    def iterweekdays(self):
        for day in range(7):
            yield (self.first + day) % 7

    def itermonthdays(self, year: int, month: int):
        start, length = monthrange(year, month)
        before = (start - self.first) % 7
        after = (self.first - start - length) % 7
        for day in range(1 - before, length + after + 1):
            yield day if 1 <= day <= length else 0

    def itermonthdays2(self, year: int, month: int):
        for index, day in enumerate(self.itermonthdays(year, month)):
            yield day, (self.first + index) % 7

    def itermonthdays3(self, year: int, month: int):
        start, length = monthrange(year, month)
        before = (start - self.first) % 7
        after = (self.first - start - length) % 7
        earlier_year, earlier = (year - 1, 12) if month == 1 else (year, month - 1)
        later_year, later = (year + 1, 1) if month == 12 else (year, month + 1)
        last = days_of(earlier_year, earlier)
        for day in range(last - before + 1, last + 1):
            yield earlier_year, earlier, day
        for day in range(1, length + 1):
            yield year, month, day
        for day in range(1, after + 1):
            yield later_year, later, day

    def itermonthdays4(self, year: int, month: int):
        for index, (y, m, d) in enumerate(self.itermonthdays3(year, month)):
            yield y, m, d, (self.first + index) % 7

    def itermonthdates(self, year: int, month: int):
        for y, m, d in self.itermonthdays3(year, month):
            yield date(y, m, d)

    def monthdatescalendar(self, year: int, month: int):
        return rows(list(self.itermonthdates(year, month)), 7)

    def monthdays2calendar(self, year: int, month: int):
        return rows(list(self.itermonthdays2(year, month)), 7)

    def monthdayscalendar(self, year: int, month: int):
        return rows(list(self.itermonthdays(year, month)), 7)

    def yeardatescalendar(self, year: int, width: int = 3):
        return rows([self.monthdatescalendar(year, month) for month in range(1, 13)], width)

    def yeardays2calendar(self, year: int, width: int = 3):
        return rows([self.monthdays2calendar(year, month) for month in range(1, 13)], width)

    def yeardayscalendar(self, year: int, width: int = 3):
        return rows([self.monthdayscalendar(year, month) for month in range(1, 13)], width)


class TextCalendar(Calendar):
    def prweek(self, theweek, width: int):
        print(self.formatweek(theweek, width), end="")

    def formatday(self, day, weekday, width):
        return (f"{day:2}" if day else "").center(width)

    def formatweek(self, theweek, width: int):
        return " ".join([self.formatday(day, weekday, width) for day, weekday in theweek])

    def formatweekday(self, day, width):
        name = day_name[day] if width >= 9 else day_abbr[day]
        return name[:width].center(width)

    def formatweekheader(self, width: int):
        return " ".join([self.formatweekday(day, width) for day in self.iterweekdays()])

    def formatmonthname(self, theyear: int, themonth: int, width: int, withyear: bool = True):
        name = month_name[themonth]
        if withyear:
            name = f"{name} {theyear}"
        return name.center(width)

    def prmonth(self, theyear: int, themonth: int, w: int = 0, l: int = 0):
        print(self.formatmonth(theyear, themonth, w, l), end="")

    def formatmonth(self, theyear: int, themonth: int, w: int = 0, l: int = 0):
        width = max(2, w)
        ends = "\n" * max(1, l)
        lines = [self.formatmonthname(theyear, themonth, 7 * (width + 1) - 1).rstrip()]
        lines.append(self.formatweekheader(width).rstrip())
        for week in self.monthdays2calendar(theyear, themonth):
            lines.append(self.formatweek(week, width).rstrip())
        return "".join([line + ends for line in lines])

    def formatyear(self, theyear: int, w: int = 2, l: int = 1, c: int = 6, m: int = 3):
        width = max(2, w)
        ends = "\n" * max(1, l)
        gap = " " * max(2, c)
        column = (width + 1) * 7 - 1
        pieces = [str(theyear).center(column * m + len(gap) * (m - 1)).rstrip(), ends]
        header = self.formatweekheader(width)
        for index, row in enumerate(self.yeardays2calendar(theyear, m)):
            months = range(m * index + 1, min(m * (index + 1) + 1, 13))
            names = [self.formatmonthname(theyear, month, column, False) for month in months]
            lines = [names, [header for month in months]]
            for number in range(max([len(weeks) for weeks in row])):
                lines.append([self.formatweek(weeks[number], width) if number < len(weeks) else "" for weeks in row])
            pieces.append(ends)
            for line in lines:
                pieces.append(gap.join([cell.center(column) for cell in line]).rstrip())
                pieces.append(ends)
        return "".join(pieces)

    def pryear(self, theyear: int, w: int = 0, l: int = 0, c: int = 6, m: int = 3):
        print(self.formatyear(theyear, w, l, c, m), end="")


class HTMLCalendar(Calendar):
    cssclass_noday = "noday"
    cssclass_month_head = "month"
    cssclass_month = "month"
    cssclass_year_head = "year"
    cssclass_year = "year"

    def class_of_day(self, weekday):
        return day_abbr[weekday].lower()

    def formatday(self, day, weekday):
        if day == 0:
            return f'<td class="{self.cssclass_noday}">&nbsp;</td>'
        return f'<td class="{self.class_of_day(weekday)}">{day}</td>'

    def formatweek(self, theweek):
        return "<tr>" + "".join([self.formatday(day, weekday) for day, weekday in theweek]) + "</tr>"

    def formatweekday(self, day):
        return f'<th class="{self.class_of_day(day)}">{day_abbr[day]}</th>'

    def formatweekheader(self):
        return "<tr>" + "".join([self.formatweekday(day) for day in self.iterweekdays()]) + "</tr>"

    def formatmonthname(self, theyear: int, themonth: int, withyear: bool = True):
        name = f"{month_name[themonth]} {theyear}" if withyear else month_name[themonth]
        return f'<tr><th colspan="7" class="{self.cssclass_month_head}">{name}</th></tr>'

    def formatmonth(self, theyear: int, themonth: int, withyear: bool = True):
        lines = [f'<table border="0" cellpadding="0" cellspacing="0" class="{self.cssclass_month}">']
        lines.append(self.formatmonthname(theyear, themonth, withyear))
        lines.append(self.formatweekheader())
        for week in self.monthdays2calendar(theyear, themonth):
            lines.append(self.formatweek(week))
        lines.append("</table>")
        return "\n".join(lines) + "\n"

    def formatyear(self, theyear: int, width: int = 3):
        width = max(width, 1)
        pieces = [f'<table border="0" cellpadding="0" cellspacing="0" class="{self.cssclass_year}">\n']
        pieces.append(f'<tr><th colspan="{width}" class="{self.cssclass_year_head}">{theyear}</th></tr>')
        for first in range(1, 13, width):
            cells = [
                "<td>" + self.formatmonth(theyear, month, False) + "</td>"
                for month in range(first, min(first + width, 13))
            ]
            pieces.append("<tr>" + "".join(cells) + "</tr>")
        return "".join(pieces) + "</table>"


class Shared:
    """The first day of the week for the functions of the module."""

    first = 0


def shared():
    return TextCalendar(Shared.first)


def firstweekday():
    return Shared.first


def setfirstweekday(firstweekday: int):
    if not 0 <= firstweekday <= 6:
        raise IllegalWeekdayError(firstweekday)
    Shared.first = firstweekday


def monthcalendar(year: int, month: int):
    return shared().monthdayscalendar(year, month)


def week(theweek, width: int):
    return shared().formatweek(theweek, width)


def weekheader(width: int):
    return shared().formatweekheader(width)


def month(theyear: int, themonth: int, w: int = 0, l: int = 0):
    return shared().formatmonth(theyear, themonth, w, l)


def prmonth(theyear: int, themonth: int, w: int = 0, l: int = 0):
    print(month(theyear, themonth, w, l), end="")


def calendar(theyear: int, w: int = 2, l: int = 1, c: int = 6, m: int = 3):
    return shared().formatyear(theyear, w, l, c, m)


def prcal(theyear: int, w: int = 0, l: int = 0, c: int = 6, m: int = 3):
    print(calendar(theyear, w, l, c, m), end="")
