"""Deletes what is older than a year in a mailbox, one message a minute, so that it can be stopped before much is
gone; after ten I am told."""

import time

from tools import mailbox, user


def main(days: int = 365) -> dict[str, int]:
    deleted = 0
    size = 0
    for message in mailbox.older_than(days):
        if message.is_flagged:
            continue
        mailbox.delete(message.id)
        deleted += 1
        size += message.size
        if deleted == 10:
            user.notify(f"Ten old messages are deleted, {size} bytes. Stop me if that is wrong.")
        time.sleep(60)
    return {"deleted": deleted, "bytes": size}
