# asyncio.exceptions.

CancelledError = prelude("asyncio.exceptions.CancelledError")
InvalidStateError = prelude("asyncio.exceptions.InvalidStateError")
TimeoutError = builtins.TimeoutError
