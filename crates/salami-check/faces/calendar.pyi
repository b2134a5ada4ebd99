# calendar: the functions over years and months.

MONDAY: int = 0
TUESDAY: int = 1
WEDNESDAY: int = 2
THURSDAY: int = 3
FRIDAY: int = 4
SATURDAY: int = 5
SUNDAY: int = 6
January: int = 1
February: int = 2
day_name: tuple[str, ...] = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
day_abbr: tuple[str, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
month_name: tuple[str, ...] = ("", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
month_abbr: tuple[str, ...] = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

@prelude("calendar.isleap")
def isleap(year: int) -> bool: ...
@prelude("calendar.leapdays")
def leapdays(y1: int, y2: int) -> int: ...
@prelude("calendar.weekday")
def weekday(year: int, month: int, day: int) -> int: ...
@prelude("calendar.monthrange")
def monthrange(year: int, month: int) -> tuple[int, int]: ...
@prelude("calendar.monthcalendar")
def monthcalendar(year: int, month: int) -> list[list[int]]: ...
@prelude("calendar.timegm")
def timegm(tuple: Sequence[int]) -> int: ...
