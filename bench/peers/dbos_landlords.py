"""The landlord's tenant with DBOS on SQLite: bytes of a sleeper, steps a second.

    bench/install_peers.sh && bench/.peers/bin/python bench/peers/dbos_landlords.py [NUMBER]

As bench/src/store/landlord.py: one call is made, then it sleeps for a week. DBOS keeps each sleeper as a coroutine of the
process that started it, so the number is small; the bytes are those of its file.
"""

import asyncio
import os
import sys
import tempfile
import time
import resource

from dbos import DBOS, SetWorkflowID

WEEK = 604_800


@DBOS.step()
async def forward(landlord: str) -> str:
    return f"<sent-{landlord}>"


@DBOS.workflow()
async def tenant(landlord: str) -> str:
    sent = await forward(landlord)
    await DBOS.sleep_async(WEEK)
    return sent


async def start(number: int) -> float:
    begin = time.perf_counter()
    for at in range(number):
        with SetWorkflowID(f"tenant-{at}"):
            await DBOS.start_workflow_async(tenant, f"landlord{at}@example.com")
    return begin


def rows(path: str, sql: str) -> int:
    import sqlite3

    with sqlite3.connect(path) as connection:
        return connection.execute(sql).fetchone()[0]


def size(path: str) -> int:
    """All that is kept, once what stands beside the file is in it."""
    rows(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    return os.path.getsize(path)


async def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "dbos.sqlite")
    DBOS(config={"name": "landlords", "system_database_url": f"sqlite:///{path}", "log_level": "ERROR", "run_admin_server": False})
    DBOS.launch()
    before = size(path)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = await start(number)
    # Each writes its start, what its step gave, and the sleep.
    while rows(path, "SELECT count(*) FROM operation_outputs") < 2 * number:
        await asyncio.sleep(0.05)
    took = time.perf_counter() - begin
    after = size(path)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    print(f"dbos: {number} asleep")
    print(f"dbos: each asleep, in the file: {(after - before) / number:.0f} bytes")
    print(f"dbos: each asleep, in memory: {grown * 1024 / number:.0f} bytes")
    print(f"dbos: steps and starts a second: {2 * number / took:.0f}")
    os._exit(0)


asyncio.run(main())
