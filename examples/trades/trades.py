"""Reads a broker's CSV export and returns its trades: symbol, date, shares and price.

The export may have lines before and after the table, several tables, amounts such as
"$1,234.50" or "(1,234.50)", dividends, transfers and journal rows among the trades, and any
of the usual date formats. Shares are negative for a sale.
"""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, datetime

HEADERS = {
    "date": ["trade date", "activity date", "run date", "transaction date", "transactiondate", "date/time", "date"],
    "action": [
        "trans code", "action", "transaction type", "transactiontype", "trade action", "type", "activity",
        "buy/sell", "side", "transaction",
    ],
    "symbol": ["symbol", "instrument", "ticker", "symbol/cusip", "security id"],
    "shares": ["quantity", "shares", "qty", "share quantity", "units"],
    "price": ["t. price", "price", "price ($)", "share price", "execution price", "trade price", "price per share", "unit price"],
}

BUY = ["buy", "bought", "reinvest shares", "reinvestment"]
SELL = ["sell", "sold", "sale"]
NOT_TRADES = ["dividend received", "cash dividend", "interest", "journal", "transfer", "fee", "tax"]

DATE_FORMATS = [
    "%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d", "%Y%m%d", "%d-%b-%Y", "%d-%b-%y", "%b-%d-%Y", "%d %b %Y", "%b %d, %Y",
    "%B %d, %Y", "%d.%m.%Y", "%Y/%m/%d", "%m-%d-%Y",
]


@dataclass
class Trade:
    symbol: str
    date: date
    shares: float
    price: float


def parse_number(text: str) -> float | None:
    """The number in texts such as "$1,234.50", "(12.5)", "-3" or "1,000 USD"; None if there is none."""
    cleaned = text.strip().replace(",", "").replace("$", "").replace("€", "").replace("£", "").replace(" ", "")
    negative = cleaned.startswith("(") and cleaned.endswith(")")
    cleaned = cleaned.strip("()")
    match = re.fullmatch(r"([+-]?\d*\.?\d+)[A-Za-z]*", cleaned)
    if match is None:
        return None
    number = float(match.group(1))
    return -number if negative else number


def parse_date(text: str) -> date | None:
    """The first date in texts such as "10/02/2023 as of 09/30/2023" or "2023-10-02, 10:12:33"."""
    text = re.split(r" as of |, \d\d?:|;|T\d\d:|\s+\d\d?:\d\d", text.strip())[0].strip()
    for format in DATE_FORMATS:
        try:
            return datetime.strptime(text, format).date()
        except ValueError:
            continue
    return None


def find_columns(row: list[str]) -> dict[str, int] | None:
    """Which column holds what, if the row is the header of a table of transactions."""
    names = [cell.strip().lower() for cell in row]
    columns: dict[str, int] = {}
    for field, candidates in HEADERS.items():
        for candidate in candidates:
            if candidate in names:
                columns[field] = names.index(candidate)
                break
    if all(field in columns for field in ["date", "symbol", "shares", "price"]):
        return columns
    return None


def direction(action: str) -> int:
    """1 for a purchase, -1 for a sale, 0 for what is no trade."""
    lowered = action.strip().lower()
    if any(word in lowered for word in NOT_TRADES):
        return 0
    if any(word in lowered for word in SELL):
        return -1
    if any(word in lowered for word in BUY):
        return 1
    return 0


def read_trade(row: list[str], columns: dict[str, int]) -> Trade | None:
    """The trade of a row, None if the row is something else."""
    if len(row) <= max(columns.values()):
        return None
    day = parse_date(row[columns["date"]])
    symbol = row[columns["symbol"]].strip()
    shares = parse_number(row[columns["shares"]])
    price = parse_number(row[columns["price"]])
    if day is None or not symbol or not shares or not price:
        return None
    if "action" in columns:
        sign = direction(row[columns["action"]])
        if sign == 0:
            return None
        shares = sign * abs(shares)
    return Trade(symbol, day, shares, abs(price))


def main(text: str) -> list[Trade]:
    trades = []
    columns = None
    for row in csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")):
        found = find_columns(row)
        if found is not None:
            columns = found
        elif columns is not None:
            # A statement of several tables names each row's kind; totals repeat the trades.
            if len(row) > 1 and row[1].strip() in ["SubTotal", "Total"]:
                continue
            trade = read_trade(row, columns)
            if trade is not None:
                trades.append(trade)
    return trades
