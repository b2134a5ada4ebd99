"""asyncio.queues: its exceptions."""


class QueueEmpty(Exception):
    """There is nothing to take without waiting."""


class QueueFull(Exception):
    """There is no room without waiting."""
