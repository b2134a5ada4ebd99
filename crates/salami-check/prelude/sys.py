"""sys.exit."""


def leave(status):
    raise SystemExit(status)


def leave_well():
    raise SystemExit
