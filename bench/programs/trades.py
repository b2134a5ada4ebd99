"""A CSV export of trades, summed."""

import csv
import io

SIZE = 20_000


def main():
    text = "date,symbol,shares,price\n" + '2024-01-02,ABC,"1,000",$12.50\n' * SIZE
    totals = {}
    for row in csv.DictReader(io.StringIO(text)):
        shares = float(row["shares"].replace(",", ""))
        price = float(row["price"].strip("$"))
        totals[row["symbol"]] = totals.get(row["symbol"], 0.0) + shares * price
    print(totals)


main()
