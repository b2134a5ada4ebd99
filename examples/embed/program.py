"""Orders what runs out. A model wrote this; the app checks it before it runs, and runs it at once."""

from tools import pantry


def main(least: int) -> list[str]:
    ordered: list[str] = []
    for item in ["tea", "rice", "oil"]:
        if pantry.stock(item) < least:
            ordered.append(f"{item}: order {pantry.order(item, 10)}")
    return ordered
