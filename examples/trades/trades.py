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

# What brokers call the columns, without spaces and punctuation; the best name first.
HEADERS = {
    "date": [
        "tradedate", "activitydate", "rundate", "transactiondate", "datetime", "filledtime", "executiontime", "date", "time",
    ],
    "symbol": ["symbol", "instrument", "ticker", "symbolcusip", "tickersymbol", "security", "securityid"],
    "shares": ["filled", "quantity", "shares", "qty", "noofshares", "sharequantity", "filledqty", "units"],
    "price": ["tprice", "avgprice", "price", "shareprice", "priceshare", "pricepershare", "executionprice", "tradeprice", "unitprice"],
}
ACTION_HEADERS = [
    "transcode", "action", "transactiontype", "tradeaction", "buysell", "side", "activitytype", "type", "activity",
    "transaction", "description", "transactiondescription",
]

BUY = re.compile(r"\b(buy|bought|purchased?|reinvest shares|reinvestment|bto|btc)\b")
SELL = re.compile(r"\b(sell|sold|sale|sto|stc)\b")
NO_TRADE = re.compile(r"\b(dividend received|cash dividend|interest|journal|transfer|sweep|fees?|tax|cancel)")

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


@dataclass
class Columns:
    fields: dict[str, int]
    actions: list[int]
    level: int | None


def parse_number(text: str) -> float | None:
    """The number in texts such as "$1,234.50", "(12.5)", "-$3", "@7" or "1,000 USD"; None if there is none."""
    cleaned = re.sub(r"[\s,$€£@]", "", text)
    negative = cleaned.startswith("(") and cleaned.endswith(")")
    match = re.fullmatch(r"([+-]?\d*\.?\d+|[+-]?\d+\.)[A-Za-z]*", cleaned.strip("()"))
    if match is None:
        return None
    number = float(match.group(1))
    return -number if negative else number


def parse_date(text: str) -> date | None:
    """The first date in texts such as "10/02/2023 as of 09/30/2023" or "2023-10-02, 10:12:33"."""
    text = re.split(r" as of |[,;T ]\s*\d\d?:\d\d", text.strip())[0].strip()
    for format in DATE_FORMATS:
        try:
            return datetime.strptime(text, format).date()
        except ValueError:
            continue
    return None


def find_columns(row: list[str]) -> Columns | None:
    """Which column holds what, if the row is the header of a table of transactions."""
    names = [re.sub(r"[^a-z]", "", cell.lower()) for cell in row]
    fields: dict[str, int] = {}
    for field, candidates in HEADERS.items():
        for candidate in candidates:
            if candidate in names:
                fields[field] = names.index(candidate)
                break
        else:
            return None
    level = names.index("datadiscriminator") if "datadiscriminator" in names else None
    return Columns(fields, [names.index(name) for name in ACTION_HEADERS if name in names], level)


def direction(action: str) -> int | None:
    """1 for a purchase, -1 for a sale, 0 for what is no trade, None if the text does not say."""
    lowered = action.lower()
    if NO_TRADE.search(lowered):
        return 0
    if SELL.search(lowered):
        return -1
    if BUY.search(lowered):
        return 1
    return None


def read_trade(row: list[str], columns: Columns) -> Trade | None:
    """The trade of a row, None if the row is something else."""
    fields = columns.fields
    if len(row) <= max(fields.values()):
        return None
    # Some statements repeat each order as executions, lots and totals.
    if columns.level is not None and row[columns.level].strip() not in ["Order", "Trade"]:
        return None
    day = parse_date(row[fields["date"]])
    symbol = row[fields["symbol"]].strip()
    shares = parse_number(row[fields["shares"]])
    price = parse_number(row[fields["price"]])
    if day is None or not symbol or not shares or not price:
        return None
    if not columns.actions:
        return Trade(symbol, day, shares, abs(price))
    for column in columns.actions:
        sign = direction(row[column]) if column < len(row) else None
        if sign is not None:
            return Trade(symbol, day, sign * abs(shares), abs(price)) if sign else None
    return None


def main(text: str) -> list[Trade]:
    trades = []
    columns = None
    for row in csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")):
        found = find_columns(row)
        if found is not None:
            columns = found
        elif columns is not None:
            trade = read_trade(row, columns)
            if trade is not None:
                trades.append(trade)
    return trades
