"""asyncio.exceptions."""


class CancelledError(BaseException):
    """The task was cancelled."""


class InvalidStateError(Exception):
    """The operation is not possible in this state."""
