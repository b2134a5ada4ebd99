//! Programs that are right and look odd: nothing speaks against them.

mod judge_support;

use judge_support::Case;

/// Inputs with programs that are right.
struct Right {
    task: &'static str,
    output: &'static str,
    name: &'static str,
    text: &'static str,
    code: &'static str,
}

const RIGHT: &[Right] = &[
    Right {
        task: "Extract the trades: date, symbol, quantity and price.",
        output: "@dataclass\nclass Trade:\n    date: date\n    symbol: str\n    quantity: float\n    price: float\n\nlist[Trade]\n",
        name: "broker.csv",
        text: "Account Activity\nAccount:,XXX-1234\nPeriod:,01/01/2024 - 01/31/2024\n\nDate,Action,Symbol,Quantity,Price,Amount\n01/03/2024,BUY,AAPL,10,\"$184.25\",\"-$1,842.50\"\n01/05/2024,DIVIDEND,MSFT,,,\"$12.30\"\n01/08/2024,SELL,GOOG,-5,\"$140.00\",\"$700.00\"\n01/09/2024,FEE,,,,\"-$1.00\"\n01/10/2024,BUY,NVDA,100,\"$522.53\",\"-$52,253.00\"\n01/12/2024,DIVIDEND,AAPL,,,\"$2.40\"\n01/15/2024,INTEREST,,,,\"$0.55\"\nTotal,,,,,\"-$53,381.25\"\n\"Disclaimer: past performance, as always, says nothing.\"\n",
        code: r#"
from datetime import date, datetime

@dataclass
class Trade:
    date: date
    symbol: str
    quantity: float
    price: float

@dataclass
class Answer:
    result: list[Trade]
    skipped: list[Skipped]

def money(text: str) -> float:
    return float(text.replace("$", "").replace(",", ""))

def main(text: str) -> Answer:
    trades: list[Trade] = []
    skipped: list[Skipped] = []
    seen = False
    for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
        if row and row[0] == "Date":
            seen = True
            continue
        if not seen or not row:
            continue
        if len(row) < 6 or row[1] not in ("BUY", "SELL"):
            skipped.append(Skipped(number, "not a trade"))
            continue
        trades.append(Trade(datetime.strptime(row[0], "%m/%d/%Y").date(), row[2], abs(float(row[3])), money(row[4])))
    return Answer(trades, skipped)
"#,
    },
    Right {
        task: "Read the orders with their notes.",
        output: "@dataclass\nclass Order:\n    id: int\n    note: str\n\nlist[Order]\n",
        name: "orders.csv",
        text: "id,note\n1,\"two\nlines\"\n2,\"three\nmore\nlines\"\nx,broken\n4,plain\n",
        code: r#"
def main(text: str):
    result = []
    skipped: list[Skipped] = []
    rows = list(csv.reader(io.StringIO(text)))
    for number, row in enumerate(rows[1:], 2):
        if not row[0].isdigit():
            skipped.append(Skipped(number, "the id is no number"))
            continue
        result.append({"id": int(row[0]), "note": row[1]})
    return {"result": result, "skipped": skipped}
"#,
    },
    Right {
        task: "Count the requests by status.",
        output: "dict[str, int]",
        name: "access.log",
        text: "127.0.0.1 - - [02/Jan/2024:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5\n127.0.0.1 - - [02/Jan/2024:10:00:01 +0000] \"GET /a HTTP/1.1\" 404 7\n127.0.0.1 - - [02/Jan/2024:10:00:01 +0000] \"GET /b HTTP/1.1\" 200 0\n127.0.0.1 - - [02/Jan/2024:10:00:02 +0000] \"GET / HTTP/1.1\" 200 5\ngarbage\n127.0.0.1 - - [02/Jan/2024:10:00:04 +0000] \"GET / HTTP/1.1\" 500 5\n",
        code: r#"
def main(text: str):
    counts: dict[str, int] = {}
    skipped: list[Skipped] = []
    for number, line in enumerate(text.splitlines(), 1):
        match = re.search(r'" (\d{3}) ', line)
        if match is None:
            skipped.append(Skipped(number, "there is no status"))
            continue
        counts[match.group(1)] = counts.get(match.group(1), 0) + 1
    return {"result": counts, "skipped": skipped}
"#,
    },
    Right {
        task: "Give the entries of the log.",
        output: "list[dict[str, str]]",
        name: "service.log",
        text: "2024-01-02 10:00:00 INFO started\n2024-01-02 10:00:01 ERROR failed\nTraceback (most recent call last):\n  File \"a.py\", line 1\nValueError: bad\n2024-01-02 10:00:02 INFO again\n2024-01-02 10:00:03 INFO done\n",
        code: r#"
def main(text: str):
    result: list[dict[str, str]] = []
    skipped: list[Skipped] = []
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r"(\S+ \S+) (\w+) (.*)", line)
        if match is None or not line[0].isdigit():
            skipped.append(Skipped(number, "part of a traceback"))
            continue
        result.append({"time": match.group(1), "level": match.group(2), "text": match.group(3)})
    return {"result": result, "skipped": skipped}
"#,
    },
    Right {
        task: "Give each day's open, high, low and close.",
        output: "list[dict[str, str | float]]",
        name: "ticks.csv",
        text: "time,price\n2024-01-02 09:00,10.0\n2024-01-02 10:00,12.5\n2024-01-02 11:00,11.0\n2024-01-02 12:00,9.5\n2024-01-02 13:00,10.5\n2024-01-03 09:00,11.0\n2024-01-03 10:00,11.5\n2024-01-03 11:00,10.5\n2024-01-03 12:00,12.0\n",
        code: r#"
def main(text: str):
    days: dict[str, list[float]] = {}
    for row in list(csv.reader(io.StringIO(text)))[1:]:
        days.setdefault(row[0][:10], []).append(float(row[1]))
    return {"result": [{"day": day, "open": prices[0], "high": max(prices), "low": min(prices), "close": prices[-1]} for day, prices in days.items()], "skipped": []}
"#,
    },
    Right {
        task: "Is there a payment over 1000 among these?",
        output: "bool",
        name: "payments.csv",
        text: "who,amount\nAda,1200\nBob,300\nEve,1500\nJim,20\n",
        code: r#"
def main(text: str):
    rows = list(csv.reader(io.StringIO(text)))[1:]
    return {"result": any(float(row[1]) > 1000 for row in rows), "skipped": []}
"#,
    },
    Right {
        task: "Map each host to its state.",
        output: "dict[str, str]",
        name: "hosts.csv",
        text: "host,state,seen\na1,up,10:00\nb2,down,10:00\na1,down,10:05\nc3,up,10:05\nb2,up,10:10\n",
        code: r#"
def main(text: str):
    return {"result": {row[0]: row[1] for row in list(csv.reader(io.StringIO(text)))[1:]}, "skipped": []}
"#,
    },
    Right {
        task: "List all items of all orders.",
        output: "list[str]",
        name: "orders.json",
        text: "[{\"id\": 1, \"items\": [\"tea\", \"milk\"]}, {\"id\": 2, \"items\": []}, {\"id\": 3, \"items\": [\"bread\"]}]",
        code: r#"
def main(text: str):
    orders: list[dict[str, object]] = json.loads(text)
    result: list[str] = []
    for order in json.loads(text):
        for item in order["items"]:
            result.append(item)
    return {"result": result, "skipped": []}
"#,
    },
    Right {
        task: "Turn the table around: one record for each month and region.",
        output: "list[dict[str, str | float]]",
        name: "wide.csv",
        text: "Month;North;South\nJan;1.200,50;900,00\nFeb;1.100,00;950,25\nMär;1.300,75;1.000,00\nSumme;3.601,25;2.850,25\n",
        code: r#"
def number(text: str) -> float:
    return float(text.replace(".", "").replace(",", "."))

def main(text: str):
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    result: list[dict[str, str | float]] = []
    skipped: list[Skipped] = []
    for line, row in enumerate(rows[1:], 2):
        if row[0] == "Summe":
            skipped.append(Skipped(line, "the sums of the columns"))
            continue
        for region, amount in zip(rows[0][1:], row[1:]):
            result.append({"month": row[0], "region": region, "amount": number(amount)})
    return {"result": result, "skipped": skipped}
"#,
    },
    Right {
        task: "What was paid in all, and for what?",
        output: "@dataclass\nclass Costs:\n    total: float\n    lots: list[float]\n\nCosts\n",
        name: "lots.csv",
        text: "shares,price\n100,12.50\n100,7.25\n100,3.10\n100,44.90\n",
        code: r#"
def main(text: str):
    lots = [round(float(row[0]) * float(row[1]), 2) for row in list(csv.reader(io.StringIO(text)))[1:]]
    return {"result": {"total": sum(lots), "lots": lots}, "skipped": []}
"#,
    },
    Right {
        task: "Give the sales.",
        output: "list[dict[str, str | float]]",
        name: "statement.csv",
        text: "date,text,amount\n2024-01-02,SALE tea,5.00\n2024-01-02,Card fee,-0.10\n2024-01-03,Card fee,-0.20\n2024-01-03,SALE bread,7.00\n2024-01-04,Card fee,-0.15\n2024-01-04,Transfer to bank,-11.00\n2024-01-05,Transfer to bank,-4.00\n2024-01-05,Card fee,-0.30\n",
        code: r#"
def main(text: str):
    result: list[dict[str, str | float]] = []
    skipped: list[Skipped] = []
    for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
        if number == 1:
            continue
        if not row[1].startswith("SALE"):
            skipped.append(Skipped(number, "no sale"))
            continue
        result.append({"what": row[1], "amount": float(row[2])})
    return {"result": result, "skipped": skipped}
"#,
    },
    Right {
        task: "Read the amounts and their days.",
        output: "list[dict[str, str | float]]",
        name: "amounts.csv",
        text: "day,amount\n2024-01-02,\"$1,200.00\"\n2024-13-45,\"$2,300.50\"\n2024-01-04,\"$700.25\"\n2024-01-05,\"$9,000.00\"\n",
        code: r#"
from datetime import date

def main(text: str):
    result: list[dict[str, str | float]] = []
    skipped: list[Skipped] = []
    for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
        if number == 1:
            continue
        try:
            day = date.fromisoformat(row[0])
        except ValueError:
            skipped.append(Skipped(number, "invalid day"))
            continue
        result.append({"day": day.isoformat(), "amount": float(row[1].replace("$", "").replace(",", ""))})
    return {"result": result, "skipped": skipped}
"#,
    },
    Right {
        task: "Read the table.",
        output: "list[dict[str, str]]",
        name: "table.html",
        text: "<html><body><table><tr><th>Name</th><th>City</th></tr><tr><td>Ada</td><td>Rome</td></tr><tr><td>Bob</td><td></td></tr><tr><td>Eve</td><td>Paris</td></tr><tr><td>Jim</td><td>Oslo</td></tr></table></body></html>",
        code: r#"
def main(text: str):
    result: list[dict[str, str]] = []
    skipped: list[Skipped] = []
    for number, row in enumerate(re.findall(r"<tr>(.*?)</tr>", text), 1):
        cells = re.findall(r"<td>(.*?)</td>", row)
        if not cells:
            continue
        if not cells[1]:
            skipped.append(Skipped(number, "the city is empty"))
            continue
        result.append({"name": cells[0], "city": cells[1]})
    return {"result": result, "skipped": skipped}
"#,
    },
];

#[test]
fn what_is_right_passes() {
    let mut failed = Vec::new();
    for right in RIGHT {
        for is_hit in [false, true] {
            let mut case = Case::new(right.task, right.output, right.name, right.text, right.code);
            if is_hit {
                case = case.on_hit();
            }
            let verdict = case.judge();
            if !verdict.report.accepts() || verdict.report.has_doubtful() {
                failed.push(format!(
                    "{} {is_hit}: {:#?} {:?}",
                    right.task, verdict.report.findings, verdict.result
                ));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn what_is_asked_of_the_header_is_not_in_the_rows() {
    let code = r#"
def main(text: str):
    return {"result": next(csv.reader(io.StringIO(text))), "skipped": []}
"#;
    let text = "Day,Text,Amount\n2024-01-02,tea,1.50\n2024-01-03,milk,2.25\n2024-01-04,bread,3.10\n2024-01-05,rice,4.75\n";
    let task = "What are the columns called?";
    Case::new(task, "list[str]", "t.csv", text, code).is_plain();
}

#[test]
fn a_row_may_be_a_part_of_the_item_above() {
    let mut text = "kind,text,amount\n".to_owned();
    for index in 1..=10 {
        text += &format!("B,booking {index},{index}.50\nD,details {index}{index},\n");
    }
    let code = r#"
def main(text: str):
    result: list[dict[str, object]] = []
    for row in csv.DictReader(io.StringIO(text)):
        if row["kind"] == "B":
            result.append({"text": row["text"], "amount": float(row["amount"])})
        else:
            result[-1]["text"] = str(result[-1]["text"]) + " " + row["text"]
    return {"result": result, "skipped": []}
"#;
    let task = "List the bookings, each with its details behind its text.";
    Case::new(task, "list[dict[str, str | float]]", "t.csv", &text, code).is_plain();
}

#[test]
fn a_second_table_has_a_header_of_its_own() {
    let mut text = "Summary;;\nPerson;Sum;Count\n".to_owned();
    for index in 1..=5 {
        text += &format!("P{index};{index}0,50;2\n");
    }
    text += ";;\nDetails;;\nPerson;Article;Net\n";
    for index in 1..=12 {
        text += &format!("P{};tea {index};{index},25\n", index % 5 + 1);
    }
    let code = r#"
def main(text: str):
    result: list[dict[str, object]] = []
    skipped: list[Skipped] = []
    lines = text.splitlines()
    begin = lines.index("Details;;")
    for number, line in enumerate(lines, 1):
        row = line.split(";")
        if number <= begin:
            if number > 2 and row[0]:
                skipped.append(Skipped(number, "a sum"))
        elif number > begin + 2:
            result.append({"person": row[0], "article": row[1], "net": float(row[2].replace(",", "."))})
    return {"result": result, "skipped": skipped}
"#;
    let task = "List the articles of the details.";
    Case::new(task, "list[dict[str, str | float]]", "t.csv", &text, code).is_plain();
}

#[test]
fn rows_may_be_of_another_kind_for_different_reasons() {
    let mut text = String::new();
    for index in 0..36 {
        let kind = ["8", "0", "D", "8"][index % 4];
        let state = if kind == "8" {
            ["F", "0", "F"][index % 3]
        } else {
            "-"
        };
        text += &format!(
            "id=1\u{1}kind={kind}\u{1}state={state}\u{1}order={index}\u{1}price={index}.25\n"
        );
    }
    let code = r#"
def main(text: str):
    result: list[dict[str, str]] = []
    skipped: list[Skipped] = []
    for number, line in enumerate(text.splitlines(), 1):
        fields = dict(part.split("=") for part in line.split("\x01"))
        if fields["kind"] != "8" or fields["state"] != "F":
            skipped.append(Skipped(number, "no fill"))
            continue
        result.append({"order": fields["order"], "price": fields["price"]})
    return {"result": result, "skipped": skipped}
"#;
    let task = "The fills (kind 8 with the state F): order and price.";
    Case::new(task, "list[dict[str, str]]", "fix.log", &text, code).is_plain();
}

#[test]
fn an_answer_may_be_that_there_is_none() {
    let text = "id,amount,state\n1,1.50,paid\n2,2.25,paid\n3,3.10,paid\n4,4.75,paid\n5,5.20,paid\n";
    for (output, result) in [
        ("bool", r#"all(float(row["amount"]) > 0 for row in rows)"#),
        ("bool", r#"any(row["state"] == "due" for row in rows)"#),
        (
            "int",
            r#"len([row for row in rows if row["state"] == "due"])"#,
        ),
        (
            "list[str]",
            r#"[row["id"] for row in rows if row["state"] == "due"]"#,
        ),
        (
            "float",
            r#"max([float(row["amount"]) for row in rows if row["state"] == "due"], default=0.0)"#,
        ),
    ] {
        let code = format!(
            "\ndef main(text: str):\n    rows = list(csv.DictReader(io.StringIO(text)))\n    return {{\"result\": {result}, \"skipped\": []}}\n"
        );
        let case = Case::new("What is due?", output, "t.csv", text, &code);
        case.doubts("doubt.nothing");
        case.on_hit().passes();
    }
}
