# calendar: years, months and weeks.

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

Calendar = prelude("calendar.Calendar")
HTMLCalendar = prelude("calendar.HTMLCalendar")
IllegalMonthError = prelude("calendar.IllegalMonthError")
IllegalWeekdayError = prelude("calendar.IllegalWeekdayError")
TextCalendar = prelude("calendar.TextCalendar")
calendar = prelude("calendar.calendar")
firstweekday = prelude("calendar.firstweekday")
isleap = prelude("calendar.isleap")
leapdays = prelude("calendar.leapdays")
month = prelude("calendar.month")
monthcalendar = prelude("calendar.monthcalendar")
monthrange = prelude("calendar.monthrange")
prcal = prelude("calendar.prcal")
prmonth = prelude("calendar.prmonth")
setfirstweekday = prelude("calendar.setfirstweekday")
timegm = prelude("calendar.timegm")
week = prelude("calendar.week")
weekday = prelude("calendar.weekday")
weekheader = prelude("calendar.weekheader")
LocaleTextCalendar = refused("there is one locale: use calendar.TextCalendar")
LocaleHTMLCalendar = refused("there is one locale: use calendar.HTMLCalendar")
