"""logging: messages to the log of the run, which is the standard error stream."""

import sys
from datetime import datetime, timezone

from _leaf import clock
from traceback import text_of

level_names = {50: "CRITICAL", 40: "ERROR", 30: "WARNING", 20: "INFO", 10: "DEBUG", 0: "NOTSET"}
level_numbers = {
    "CRITICAL": 50,
    "FATAL": 50,
    "ERROR": 40,
    "WARN": 30,
    "WARNING": 30,
    "INFO": 20,
    "DEBUG": 10,
    "NOTSET": 0,
}


def traceback_text(error):
    return text_of(error)[:-1]


class Switch:
    """What `disable` set, and when the program began."""

    def __init__(self):
        self.disabled = 0
        self.start = clock()


switch = Switch()


def getLevelName(level):
    if isinstance(level, str):
        if level in level_numbers:
            return level_numbers[level]
        return f"Level {level}"
    if level in level_names:
        return level_names[level]
    return f"Level {level}"


def name_of_level(level: int):
    if level in level_names:
        return level_names[level]
    return f"Level {level}"


def addLevelName(level: int, levelName: str):
    level_names[level] = levelName
    level_numbers[levelName] = level


def checked_level(level):
    if isinstance(level, str):
        if level not in level_numbers:
            raise ValueError(f"Unknown level: {level!r}")
        return level_numbers[level]
    if isinstance(level, int):
        return level
    raise TypeError(f"Level not an integer or a valid string: {level!r}")


class LogRecord:
    def __init__(self, name, level, pathname, lineno, msg, args, exc_info, func=None, sinfo=None):
        now = clock()
        self.name = name
        self.msg = msg
        self.args = args
        self.levelname = name_of_level(level)
        self.levelno = level
        self.exc_info = exc_info
        self.exc_text = ""
        self.created = now / 1000000
        self.msecs = float(now // 1000 % 1000)
        self.relativeCreated = (now - switch.start) / 1000
        self.message = ""
        self.asctime = ""
        self.extra = {}

    def getMessage(self):
        text = str(self.msg)
        args = self.args
        if args:
            if len(args) == 1 and isinstance(args[0], dict) and args[0]:
                return text % args[0]
            return text % args
        return text

    def __repr__(self):
        return f'<LogRecord: {self.name}, {self.levelno}, , 0, "{self.msg}">'


class Filter:
    def __init__(self, name=""):
        self.name = name

    def filter(self, record):
        if not self.name or self.name == record.name:
            return True
        return record.name.startswith(self.name + ".")


class Formatter:
    default_time_format = "%Y-%m-%d %H:%M:%S"
    default_msec_format = "%s,%03d"

    def __init__(self, fmt: str | None = None, datefmt: str | None = None, style: str = "%", validate: bool = True):
        if style not in ("%", "{", "$"):
            raise ValueError("Style must be one of: %,{,$")
        self._style = style
        if fmt is None:
            fmt = {"%": "%(message)s", "{": "{message}", "$": "${message}"}[style]
        self._fmt = fmt
        self.datefmt = datefmt

    def usesTime(self):
        if self._style == "%":
            return "%(asctime)" in self._fmt
        if self._style == "{":
            return "{asctime" in self._fmt
        return "$asctime" in self._fmt or "${asctime}" in self._fmt

    def formatTime(self, record, datefmt=None):
        moment = datetime.fromtimestamp(record.created, timezone.utc).replace(tzinfo=None)
        if datefmt:
            return moment.strftime(datefmt)
        return self.default_msec_format % (moment.strftime(self.default_time_format), record.msecs)

    def formatException(self, ei):
        return traceback_text(ei)

    def formatMessage(self, record):
        values = {
            "name": record.name,
            "levelname": record.levelname,
            "levelno": record.levelno,
            "message": record.message,
            "asctime": record.asctime,
            "created": record.created,
            "msecs": record.msecs,
            "relativeCreated": record.relativeCreated,
            "process": 1,
            "processName": "MainProcess",
            "thread": 1,
            "threadName": "MainThread",
        }
        for key, value in record.extra.items():
            values[key] = value
        try:
            if self._style == "%":
                return self._fmt % values
            if self._style == "{":
                return self._fmt.format(**values)
        except KeyError as error:
            raise ValueError(f"Formatting field not found in record: {error}")
        text = self._fmt
        for key, value in values.items():
            text = text.replace("${" + key + "}", str(value)).replace("$" + key, str(value))
        return text

    def format(self, record):
        record.message = record.getMessage()
        if self.usesTime():
            record.asctime = self.formatTime(record, self.datefmt)
        text = self.formatMessage(record)
        if record.exc_info is not None and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            if text[-1:] != "\n":
                text = text + "\n"
            text = text + record.exc_text
        return text


default_formatter = Formatter()


class Handler:
    def __init__(self, level=0):
        self.name = None
        self.level = checked_level(level)
        self.formatter = None
        self.filters = []

    def setLevel(self, level):
        self.level = checked_level(level)

    def setFormatter(self, fmt):
        self.formatter = fmt

    def addFilter(self, filter):
        self.filters.append(filter)

    def removeFilter(self, filter):
        if filter in self.filters:
            self.filters.remove(filter)

    def filter(self, record):
        for filter in self.filters:
            if not passes(filter, record):
                return False
        return True

    def get_name(self):
        return self.name

    def set_name(self, name):
        self.name = name

    def format(self, record):
        formatter = self.formatter
        if formatter is None:
            return default_formatter.format(record)
        return formatter.format(record)

    def emit(self, record):
        raise NotImplementedError("emit must be implemented by Handler subclasses")

    def handle(self, record):
        passed = self.filter(record)
        if passed:
            self.emit(record)
        return passed

    def handleError(self, record, error):
        print("--- Logging error ---", file=sys.stderr)
        print(traceback_text(error), file=sys.stderr)
        print(f"Message: {record.msg!r}", file=sys.stderr)
        print(f"Arguments: {record.args!r}", file=sys.stderr)

    def flush(self):
        pass

    def close(self):
        pass


def passes(filter, record):
    if callable(filter):
        return filter(record)
    return filter.filter(record)


class StreamHandler(Handler):
    terminator = "\n"

    def __init__(self, stream=None):
        super().__init__()
        self.stream = sys.stderr if stream is None else stream

    def setStream(self, stream):
        previous = self.stream
        self.stream = stream
        return previous

    def emit(self, record):
        try:
            self.stream.write(self.format(record) + self.terminator)
        except Exception as error:
            self.handleError(record, error)


class NullHandler(Handler):
    def handle(self, record):
        return True

    def emit(self, record):
        pass


last_resort = StreamHandler()
last_resort.level = 30


class Logger:
    def __init__(self, name, level=0):
        self.name = name
        self.level = checked_level(level)
        self.parent = None
        self.propagate = True
        self.handlers = []
        self.filters = []
        self.disabled = False

    def __repr__(self):
        return f"<Logger {self.name} ({name_of_level(self.getEffectiveLevel())})>"

    def setLevel(self, level):
        self.level = checked_level(level)

    def getEffectiveLevel(self):
        logger = self
        while logger is not None:
            if logger.level:
                return logger.level
            logger = logger.parent
        return 0

    def isEnabledFor(self, level):
        return not self.disabled and switch.disabled < level and level >= self.getEffectiveLevel()

    def getChild(self, suffix: str):
        if self.name != "root":
            suffix = f"{self.name}.{suffix}"
        return getLogger(suffix)

    def addHandler(self, hdlr):
        if hdlr not in self.handlers:
            self.handlers.append(hdlr)

    def removeHandler(self, hdlr):
        if hdlr in self.handlers:
            self.handlers.remove(hdlr)

    def hasHandlers(self):
        logger = self
        while logger is not None:
            if logger.handlers:
                return True
            if not logger.propagate:
                return False
            logger = logger.parent
        return False

    def addFilter(self, filter):
        self.filters.append(filter)

    def removeFilter(self, filter):
        if filter in self.filters:
            self.filters.remove(filter)

    def filter(self, record):
        for filter in self.filters:
            if not passes(filter, record):
                return False
        return True

    def debug(self, msg, *args, exc_info=None, stack_info=False, stacklevel=1, extra=None):
        if self.isEnabledFor(10):
            self._log(10, msg, args, exc_info, extra)

    def info(self, msg, *args, exc_info=None, stack_info=False, stacklevel=1, extra=None):
        if self.isEnabledFor(20):
            self._log(20, msg, args, exc_info, extra)

    def warning(self, msg, *args, exc_info=None, stack_info=False, stacklevel=1, extra=None):
        if self.isEnabledFor(30):
            self._log(30, msg, args, exc_info, extra)

    def warn(self, msg, *args, exc_info=None, stack_info=False, stacklevel=1, extra=None):
        if self.isEnabledFor(30):
            self._log(30, msg, args, exc_info, extra)

    def error(self, msg, *args, exc_info=None, stack_info=False, stacklevel=1, extra=None):
        if self.isEnabledFor(40):
            self._log(40, msg, args, exc_info, extra)

    def exception(self, msg, *args, exc_info=True, stack_info=False, stacklevel=1, extra=None):
        if self.isEnabledFor(40):
            self._log(40, msg, args, exc_info, extra)

    def critical(self, msg, *args, exc_info=None, stack_info=False, stacklevel=1, extra=None):
        if self.isEnabledFor(50):
            self._log(50, msg, args, exc_info, extra)

    def fatal(self, msg, *args, exc_info=None, stack_info=False, stacklevel=1, extra=None):
        if self.isEnabledFor(50):
            self._log(50, msg, args, exc_info, extra)

    def log(self, level: int, msg, *args, exc_info=None, stack_info=False, stacklevel=1, extra=None):
        if self.isEnabledFor(level):
            self._log(level, msg, args, exc_info, extra)

    def _log(self, level, msg, args, exc_info, extra):
        cause = None
        if isinstance(exc_info, BaseException):
            cause = exc_info
        elif exc_info:
            cause = sys.exception()
        record = LogRecord(self.name, level, "", 0, msg, args, cause)
        if extra is not None:
            record.extra = extra
        self.handle(record)

    def handle(self, record):
        if not self.disabled and self.filter(record):
            self.callHandlers(record)

    def callHandlers(self, record):
        found = 0
        logger = self
        while logger is not None:
            for handler in logger.handlers:
                found += 1
                if record.levelno >= handler.level:
                    handler.handle(record)
            if not logger.propagate:
                break
            logger = logger.parent
        if found == 0 and record.levelno >= last_resort.level:
            last_resort.handle(record)


class RootLogger(Logger):
    def __init__(self, level):
        super().__init__("root", level)

    def __repr__(self):
        return f"<RootLogger {self.name} ({name_of_level(self.getEffectiveLevel())})>"


class LoggerAdapter:
    def __init__(self, logger, extra=None):
        self.logger = logger
        self.extra = extra

    def process(self, msg, kwargs):
        kwargs["extra"] = self.extra
        return msg, kwargs

    def debug(self, msg, *args):
        text, kwargs = self.process(msg, {})
        self.logger.debug(text, *args, extra=self.extra)

    def info(self, msg, *args):
        text, kwargs = self.process(msg, {})
        self.logger.info(text, *args, extra=self.extra)

    def warning(self, msg, *args):
        text, kwargs = self.process(msg, {})
        self.logger.warning(text, *args, extra=self.extra)

    def error(self, msg, *args):
        text, kwargs = self.process(msg, {})
        self.logger.error(text, *args, extra=self.extra)

    def critical(self, msg, *args):
        text, kwargs = self.process(msg, {})
        self.logger.critical(text, *args, extra=self.extra)


root = RootLogger(30)
loggers = {}


def getLogger(name: str | None = None):
    if not name or name == "root":
        return root
    if name in loggers:
        return loggers[name]
    logger = Logger(name)
    loggers[name] = logger
    logger.parent = nearest(name)
    prefix = name + "."
    for other in loggers.values():
        if other.name.startswith(prefix):
            other.parent = nearest(other.name)
    return logger


def nearest(name):
    """The closest logger above a name."""
    cut = name.rfind(".")
    while cut > 0:
        above = name[:cut]
        if above in loggers:
            return loggers[above]
        cut = above.rfind(".")
    return root


def basicConfig(*, level=None, format=None, datefmt=None, style="%", stream=None, handlers=None, force=False):
    if force:
        root.handlers.clear()
    if root.handlers:
        return
    if style not in ("%", "{", "$"):
        raise ValueError("Style must be one of: %,{,$")
    if format is None:
        format = {
            "%": "%(levelname)s:%(name)s:%(message)s",
            "{": "{levelname}:{name}:{message}",
            "$": "${levelname}:${name}:${message}",
        }[style]
    formatter = Formatter(format, datefmt, style)
    if handlers is None:
        add_default_handler(StreamHandler(stream), formatter)
    else:
        if stream is not None:
            raise ValueError("'stream' or 'filename' should not be specified together with 'handlers'")
        for handler in handlers:
            add_default_handler(handler, formatter)
    if level is not None:
        root.setLevel(level)


def add_default_handler(handler, formatter):
    if handler.formatter is None:
        handler.setFormatter(formatter)
    root.addHandler(handler)


def begin():
    if not root.handlers:
        basicConfig()


def debug(msg, *args, exc_info=None, stack_info=False, stacklevel=1, extra=None):
    begin()
    root.debug(msg, *args, exc_info=exc_info, extra=extra)


def info(msg, *args, exc_info=None, stack_info=False, stacklevel=1, extra=None):
    begin()
    root.info(msg, *args, exc_info=exc_info, extra=extra)


def warning(msg, *args, exc_info=None, stack_info=False, stacklevel=1, extra=None):
    begin()
    root.warning(msg, *args, exc_info=exc_info, extra=extra)


def error(msg, *args, exc_info=None, stack_info=False, stacklevel=1, extra=None):
    begin()
    root.error(msg, *args, exc_info=exc_info, extra=extra)


def exception(msg, *args, exc_info=True, stack_info=False, stacklevel=1, extra=None):
    begin()
    root.error(msg, *args, exc_info=exc_info, extra=extra)


def critical(msg, *args, exc_info=None, stack_info=False, stacklevel=1, extra=None):
    begin()
    root.critical(msg, *args, exc_info=exc_info, extra=extra)


def log(level: int, msg, *args, exc_info=None, stack_info=False, stacklevel=1, extra=None):
    begin()
    root.log(level, msg, *args, exc_info=exc_info, extra=extra)


def disable(level=50):
    switch.disabled = checked_level(level)


def shutdown():
    pass
