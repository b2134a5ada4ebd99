# logging: messages to the log of the run, which is the standard error stream.

CRITICAL: int = 50
FATAL: int = 50
ERROR: int = 40
WARNING: int = 30
WARN: int = 30
INFO: int = 20
DEBUG: int = 10
NOTSET: int = 0
Formatter = prelude("logging.Formatter")
Filter = prelude("logging.Filter")
Handler = prelude("logging.Handler")
LogRecord = prelude("logging.LogRecord")
Logger = prelude("logging.Logger")
LoggerAdapter = prelude("logging.LoggerAdapter")
NullHandler = prelude("logging.NullHandler")
StreamHandler = prelude("logging.StreamHandler")
addLevelName = prelude("logging.addLevelName")
basicConfig = prelude("logging.basicConfig")
critical = prelude("logging.critical")
debug = prelude("logging.debug")
disable = prelude("logging.disable")
error = prelude("logging.error")
exception = prelude("logging.exception")
fatal = prelude("logging.critical")
getLevelName = prelude("logging.getLevelName")
getLogger = prelude("logging.getLogger")
info = prelude("logging.info")
log = prelude("logging.log")
shutdown = prelude("logging.shutdown")
warn = prelude("logging.warning")
warning = prelude("logging.warning")
FileHandler = refused("a program writes no files: the log of the run is kept, use logging.StreamHandler()")
handlers = refused("a program writes no files: the log of the run is kept, use logging.StreamHandler()")
config = refused("use logging.basicConfig(level=logging.INFO, format='%(message)s')")
