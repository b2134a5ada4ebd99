# asyncio.queues.

QueueEmpty = prelude("asyncio.queues.QueueEmpty")
QueueFull = prelude("asyncio.queues.QueueFull")
Queue = asyncio.Queue
PriorityQueue = asyncio.PriorityQueue
LifoQueue = asyncio.LifoQueue
