"""JSON read, changed and written."""

import json

SIZE = 2_000


def main():
    rows = [{"id": i, "name": f"item {i}", "tags": ["a", "b", str(i % 10)], "price": i * 1.25, "ok": i % 2 == 0} for i in range(SIZE)]
    text = json.dumps(rows)
    total = 0.0
    for _ in range(15):
        data = json.loads(text)
        for row in data:
            if row["ok"]:
                total += row["price"]
        text = json.dumps(data, separators=(",", ":"))
    print(len(text), total)


main()
