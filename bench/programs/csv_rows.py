"""CSV parsed into dicts, summed by group, written again."""

import csv
import io

SIZE = 20_000


def main():
    lines = ["name,city,amount,note"]
    for i in range(SIZE):
        lines.append(f"person {i % 500},city {i % 30},{i * 7 % 1000}.50,\"said \"\"hi\"\", left\"")
    text = "\n".join(lines)
    totals = {}
    out = io.StringIO()
    writer = csv.writer(out)
    for row in csv.DictReader(io.StringIO(text)):
        amount = float(row["amount"])
        totals[row["city"]] = totals.get(row["city"], 0.0) + amount
        if amount > 900:
            writer.writerow([row["name"], row["city"], amount])
    print(len(totals), sum(totals.values()), len(out.getvalue()))


main()
