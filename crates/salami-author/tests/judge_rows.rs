//! The account of the rows: honest programs pass, those that lie or err are told.

mod judge_support;

use judge_support::{Case, numbers};
use salami_author::judge::Severity;

const TRADES: &str = "@dataclass\nclass Trade:\n    symbol: str\n    day: str\n    shares: float\n    price: float\n\nlist[Trade]\n";

const CSV: &str = "Symbol,Date,Shares,Price\n\
    AAPL,2024-01-02,10,185.50\n\
    MSFT,2024-01-03,5,370.25\n\
    GOOG,2024-01-04,8,140.10\n\
    AMZN,2024-01-05,3,150.75\n\
    NVDA,2024-01-08,2,520.00\n\
    TSLA,2024-01-09,7,235.40\n";

/// A program that makes a trade of each row; `body` may do something before.
fn trades(body: &str) -> String {
    format!(
        r#"
@dataclass
class Trade:
    symbol: str
    day: str
    shares: float
    price: float

@dataclass
class Answer:
    result: list[Trade]
    skipped: list[Skipped]

def main(text: str) -> Answer:
    result: list[Trade] = []
    skipped: list[Skipped] = []
    lines = list(csv.reader(io.StringIO(text)))
    for number, row in enumerate(lines, 1):
        if number == 1 or not row:
            continue
{body}
        result.append(Trade(row[0], row[1], float(row[2]), float(row[3])))
    return Answer(result, skipped)
"#
    )
}

fn csv(text: &str, body: &str) -> Case {
    let task = "Read the trades: symbol, day, shares and price.";
    Case::new(task, TRADES, "trades.csv", text, &trades(body))
}

#[test]
fn an_honest_program_passes_without_remarks() {
    let verdict = csv(CSV, "        pass").passes();
    assert!(verdict.report.findings.is_empty(), "{:?}", verdict.report);
    assert_eq!(verdict.rows, Some(6));
    assert!(
        verdict.reruns > 0 && verdict.reruns <= 14,
        "{}",
        verdict.reruns
    );
    assert_eq!(
        verdict
            .result
            .and_then(|value| value.as_array().map(Vec::len)),
        Some(6)
    );
}

const BAD_PRICE: &str = "        if row[3] == 'n/a':\n            skipped.append(Skipped(number, 'there is no price'))\n            continue";

#[test]
fn a_row_that_is_named_is_accounted_for() {
    let text = CSV.replace("150.75", "n/a");
    let verdict = csv(&text, BAD_PRICE).passes();
    assert!(verdict.report.findings.is_empty(), "{:?}", verdict.report);
    assert_eq!(verdict.skipped.len(), 1);
    assert_eq!(verdict.skipped[0].row, 5);
}

#[test]
fn rows_may_be_counted_in_another_way_if_in_one() {
    let text = CSV.replace("150.75", "n/a");
    for number in ["number - 1", "number - 2"] {
        let body = BAD_PRICE.replace("Skipped(number,", &format!("Skipped({number},"));
        let verdict = csv(&text, &body).passes();
        assert_eq!(verdict.skipped[0].row, 5, "{number}");
    }
}

#[test]
fn a_row_that_is_dropped_silently_is_found() {
    let text = CSV.replace(",150.75", ",");
    let finding = csv(&text, "        if not row[3]:\n            continue").fails("rows.unused");
    assert_eq!(numbers(&finding), [5]);
    assert!(finding.rows[0].text.contains("AMZN"), "{finding:?}");
    assert!(!finding.message.contains("AMZN"), "{finding:?}");
    assert!(finding.message.contains("Row 5"), "{finding:?}");
}

#[test]
fn the_last_row_is_not_forgotten() {
    let finding =
        csv(CSV, "        if number == len(lines):\n            break").fails("rows.fewer");
    // Without any row the last is another: only that it does not show in the result tells.
    assert_eq!(numbers(&finding), [7]);
}

#[test]
fn rows_that_are_missing_in_a_long_table_are_found() {
    let mut text = "Symbol,Date,Shares,Price\n".to_owned();
    for index in 0..400 {
        let price = if index % 7 == 3 { "0.00" } else { "12.75" };
        text.push_str(&format!(
            "S{index:03},2024-01-{:02},{},{price}\n",
            index % 28 + 1,
            index + 1
        ));
    }
    let finding = csv(
        &text,
        "        if float(row[3]) == 0:\n            continue",
    )
    .fails("rows.unused");
    assert!(
        finding.rows.iter().all(|row| row.text.ends_with("0.00")),
        "{finding:?}"
    );
    // Without an odd value: which rows are missing shows in the result only.
    let finding =
        csv(&text, "        if number % 5 == 0:\n            continue").fails("rows.fewer");
    assert!(
        finding.rows.iter().all(|row| row.number % 5 == 0),
        "{finding:?}"
    );
}

#[test]
fn nothing_but_skipped_rows_is_no_result() {
    let body = "        skipped.append(Skipped(number, 'a bad date'))\n        continue";
    csv(CSV, body).fails("rows.all_skipped");
    let one = "Symbol,Date,Shares,Price\nAAPL,2024-01-02,10,185.50\n";
    csv(one, body).fails("rows.all_skipped");
}

#[test]
fn most_rows_are_not_skipped_for_nothing() {
    let body = "        if number > 3:\n            skipped.append(Skipped(number, 'not of interest'))\n            continue";
    csv(CSV, body).fails("rows.many_skipped");
    // With a filter in the task it may be right.
    let mut filtered = csv(CSV, body);
    filtered.task = "Read the trades of AAPL and MSFT only.".to_owned();
    filtered.passes();
}

#[test]
fn rows_of_another_kind_may_be_skipped() {
    let mut text = "Symbol,Date,Shares,Price,Type\n".to_owned();
    for index in 0..20 {
        let kind = ["BUY", "DIVIDEND", "FEE", "INTEREST"][index % 4];
        text.push_str(&format!(
            "S{index},2024-01-{:02},1{index},2.5{index},{kind}\n",
            index + 1
        ));
    }
    let body = "        if row[4] != 'BUY':\n            skipped.append(Skipped(number, 'not a trade: ' + row[4]))\n            continue";
    let verdict = csv(&text, body).passes();
    assert!(
        verdict.report.findings.iter().any(
            |finding| finding.code == "rows.many_skipped" && finding.severity == Severity::Note
        )
    );
}

#[test]
fn numbers_that_only_look_richer_can_be_read() {
    let text = CSV.replace("520.00", "\"$1,520.00\"");
    let body = "        try:\n            float(row[3])\n        except ValueError:\n            skipped.append(Skipped(number, 'the price is not a valid number'))\n            continue";
    let finding = csv(&text, body).fails("rows.readable");
    assert_eq!(numbers(&finding), [6]);
}

#[test]
fn accounts_have_a_form() {
    for (body, code) in [
        (
            "        skipped.append(Skipped(99, 'far away'))",
            "rows.unknown",
        ),
        (
            "        if number == 3:\n            skipped.append(Skipped(3, 'it is bad'))\n            skipped.append(Skipped(3, 'it is bad'))\n            continue",
            "rows.twice",
        ),
        (
            "        if number == 3:\n            skipped.append(Skipped(3, ''))\n            continue",
            "rows.no_why",
        ),
        (
            "        if number == 3:\n            skipped.append(Skipped(3, 'skipped'))\n            continue",
            "rows.no_why",
        ),
    ] {
        csv(CSV, body).fails(code);
    }
    for result in [
        "[1]",
        "{'result': []}",
        "{'result': [], 'skipped': {}}",
        "{'result': [], 'skipped': None}",
        "{'skipped': []}",
        "{'result': [], 'skipped': [], 'more': 1}",
    ] {
        let code = format!("def main(text: str):\n    return {result}\n");
        let finding = Case::new("Read.", "list[int]", "a.csv", CSV, &code).fails("rows.form");
        assert!(finding.message.contains("`skipped`"), "{finding:?}");
    }
    for entry in [
        "3",
        "None",
        "{'row': 3}",
        "{'row': None, 'why': 'because'}",
        "{'row': 1e300, 'why': 'because'}",
        "{'row': -4, 'why': 'because'}",
        "{'row': [3], 'why': 'because'}",
        "{'row': 3, 'why': 7}",
    ] {
        let code = format!(
            "def main(text: str):\n    return {{'result': [len(text)], 'skipped': [{entry}]}}\n"
        );
        Case::new("Read.", "list[int]", "a.csv", CSV, &code).fails("rows.form");
    }
}

#[test]
fn a_row_is_not_skipped_and_used() {
    let body = "        if number == 4:\n            skipped.append(Skipped(number, 'a bad row'))";
    let finding = csv(CSV, body).fails("rows.skipped_used");
    assert_eq!(numbers(&finding), [4]);
}

const WITH_TOTAL: &str = "Item,Amount,Tax\nTea,10.00,1.00\nBread,20.00,2.00\nMilk,5.50,0.55\nRice,7.25,0.70\nTotal,42.75,4.25\n";

fn amounts(text: &str, task: &str, output: &str, result: &str, body: &str) -> Case {
    let code = format!(
        r#"
def main(text: str):
    amounts: dict[str, float] = {{}}
    skipped: list[Skipped] = []
    for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
        if number == 1:
            continue
{body}
        amounts[row[0]] = float(row[1])
    return {{"result": {result}, "skipped": skipped}}
"#
    );
    Case::new(task, output, "items.csv", text, &code)
}

#[test]
fn a_total_is_no_row() {
    let each = "[{'item': item, 'amount': amount} for item, amount in amounts.items()]";
    let task = "Give all items with their amounts.";
    let list = "list[dict[str, str | float]]";
    let finding = amounts(WITH_TOTAL, task, list, each, "        pass").fails("rows.total");
    assert_eq!(numbers(&finding), [6]);
    let sum = "round(sum(amounts.values()), 2)";
    amounts(
        WITH_TOTAL,
        "Add up the amounts.",
        "float",
        sum,
        "        pass",
    )
    .fails("rows.total");
    amounts(
        WITH_TOTAL,
        task,
        "dict[str, float]",
        "amounts",
        "        pass",
    )
    .fails("rows.total");
    // Named, or left out: both are right.
    let named = "        if row[0] == 'Total':\n            skipped.append(Skipped(number, 'a total'))\n            continue";
    let silent = "        if row[0] == 'Total':\n            continue";
    for body in [named, silent] {
        amounts(WITH_TOTAL, task, list, each, body).passes();
        amounts(WITH_TOTAL, "Add up the amounts.", "float", sum, body).passes();
    }
}

#[test]
fn a_separator_is_not_lost() {
    let text = "Name;Betrag\nTee;12,50\nBrot;1.234,56\nMilch;7,25\nReis;99,90\n";
    let program = |read: &str, result: &str| {
        format!(
            r#"
def number(text: str) -> float:
    return float({read})

def main(text: str):
    amounts: list[float] = []
    for row in list(csv.reader(io.StringIO(text), delimiter=";"))[1:]:
        amounts.append(number(row[1]))
    return {{"result": {result}, "skipped": []}}
"#
        )
    };
    let right = "text.replace('.', '').replace(',', '.')";
    let wrong = "text.replace('.', '').replace(',', '')";
    for (output, result) in [
        ("list[float]", "amounts"),
        ("float", "round(sum(amounts), 2)"),
    ] {
        let task = "Give the amounts.";
        Case::new(task, output, "a.csv", text, &program(right, result)).passes();
        let finding = Case::new(task, output, "a.csv", text, &program(wrong, result))
            .fails("numbers.separator");
        assert!(
            !finding.rows.is_empty() && !finding.message.contains("12,50"),
            "{finding:?}"
        );
        Case::new(task, output, "a.csv", text, &program(wrong, result))
            .without_rows()
            .fails("numbers.separator");
        let cents = "Give the amounts in cents.";
        Case::new(cents, output, "a.csv", text, &program(wrong, result)).passes();
    }
    // The other way round: a point that is taken for a group.
    let text = "Name,Amount\nTea,12.50\nBread,\"1,234.56\"\nMilk,7.25\n";
    let code = program(right, "amounts").replace(", delimiter=\";\"", "");
    Case::new("Give the amounts.", "list[float]", "a.csv", text, &code).fails("numbers.separator");
}

#[test]
fn rows_that_repeat_others_may_change_nothing() {
    let text = "Customer,City,Amount\nAda,Berlin,10\nBob,Paris,20\nAda,Berlin,30\nEve,Rome,40\nBob,Paris,50\nAda,Bonn,60\n";
    let program = |result: &str| {
        format!(
            r#"
def main(text: str):
    rows = list(csv.reader(io.StringIO(text)))[1:]
    return {{"result": {result}, "skipped": []}}
"#
        )
    };
    for (task, output, result) in [
        (
            "List the distinct customers.",
            "list[str]",
            "list(dict.fromkeys(row[0] for row in rows))",
        ),
        (
            "Who are our customers?",
            "list[str]",
            "sorted(set(row[0] for row in rows))",
        ),
        (
            "How many customers are there?",
            "int",
            "len(set(row[0] for row in rows))",
        ),
        (
            "What is the highest amount?",
            "int",
            "max(int(row[2]) for row in rows)",
        ),
        (
            "What is the median amount?",
            "float",
            "sorted(float(row[2]) for row in rows)[len(rows) // 2]",
        ),
        (
            "The latest amount of each customer.",
            "dict[str, int]",
            "{row[0]: int(row[2]) for row in rows}",
        ),
        (
            "The top two customers by amount.",
            "list[str]",
            "[row[0] for row in sorted(rows, key=lambda row: -int(row[2]))[:2]]",
        ),
        (
            "Add up the amounts by customer.",
            "dict[str, int]",
            "{name: sum(int(row[2]) for row in rows if row[0] == name) for name in ('Ada', 'Bob', 'Eve')}",
        ),
    ] {
        Case::new(task, output, "customers.csv", text, &program(result)).passes();
    }
    // A sum without one of the rows is wrong, whatever repeats.
    let wrong = program(
        "{name: sum(int(row[2]) for row in rows if row[0] == name and row[1] != 'Bonn') for name in ('Ada', 'Bob', 'Eve')}",
    );
    let finding = Case::new(
        "Add up the amounts by customer.",
        "dict[str, int]",
        "customers.csv",
        text,
        &wrong,
    )
    .fails("rows.unused");
    assert_eq!(numbers(&finding), [7]);
}

#[test]
fn a_zero_may_change_nothing_in_a_sum() {
    let text = "Day,Trade,Fee\n2024-01-02,100.00,1.50\n2024-01-03,200.00,0.00\n2024-01-04,300.00,2.50\n2024-01-05,150.00,\n2024-01-08,50.00,0.75\n";
    let code = r#"
def main(text: str):
    rows = list(csv.reader(io.StringIO(text)))[1:]
    return {"result": sum(float(row[2] or 0) for row in rows), "skipped": []}
"#;
    Case::new("Add up the fees.", "float", "fees.csv", text, code).passes();
}

#[test]
fn what_stands_above_a_table_needs_no_mention() {
    let text = format!("Account statement\nOwner: Ada\n\n{CSV}");
    let code =
        trades("        pass").replace("if number == 1 or not row", "if number <= 4 or not row");
    Case::new("Read the trades.", TRADES, "trades.csv", &text, &code).passes();
}

#[test]
fn items_of_json_are_rows() {
    let text = r#"{"orders": [{"id": "A1", "total": 10.5}, {"id": "B2", "total": 20.25}, {"id": "C3", "total": null}, {"id": "D4", "total": 7.75}]}"#;
    let program = |body: &str| {
        format!(
            r#"
def main(text: str):
    result = []
    skipped: list[Skipped] = []
    for number, order in enumerate(json.loads(text)["orders"], 1):
{body}
        result.append({{"id": order["id"], "total": order["total"]}})
    return {{"result": result, "skipped": skipped}}
"#
        )
    };
    let output = "@dataclass\nclass Order:\n    id: str\n    total: float\n\nlist[Order]";
    let named = "        if order[\"total\"] is None:\n            skipped.append(Skipped(number, \"no total\"))\n            continue";
    let verdict = Case::new(
        "Read the orders.",
        output,
        "orders.json",
        text,
        &program(named),
    )
    .passes();
    assert_eq!(verdict.skipped[0].row, 3);
    let silent = "        if order[\"total\"] is None:\n            continue";
    let finding = Case::new(
        "Read the orders.",
        output,
        "orders.json",
        text,
        &program(silent),
    )
    .fails("rows.unused");
    assert_eq!(numbers(&finding), [3]);
    // As data instead of text.
    let typed = program(named)
        .replace(
            "main(text: str)",
            "main(data: dict[str, list[dict[str, str | float | None]]])",
        )
        .replace("json.loads(text)", "data");
    Case::new("Read the orders.", output, "orders.json", text, &typed).passes();
}

#[test]
fn entries_of_logs_are_rows() {
    let mut text = String::new();
    for index in 0..30 {
        let level = if index % 5 == 2 { "ERROR" } else { "INFO" };
        text.push_str(&format!(
            "2024-01-02T10:00:{index:02}Z {level} request id={index}00 took {}ms\n",
            index * 3 + 1
        ));
    }
    let program = |body: &str| {
        format!(
            r#"
def main(text: str):
    result: list[int] = []
    skipped: list[Skipped] = []
    for number, line in enumerate(text.splitlines(), 1):
        match = re.search(r"id=(\d+)", line)
        if not match:
            skipped.append(Skipped(number, "there is no id"))
            continue
{body}
        result.append(int(match.group(1)))
    return {{"result": result, "skipped": skipped}}
"#
        )
    };
    Case::new(
        "Give the ids of all requests.",
        "list[int]",
        "app.log",
        &text,
        &program("        pass"),
    )
    .passes();
    let finding = Case::new(
        "Give the ids of all requests.",
        "list[int]",
        "app.log",
        &text,
        &program("        if 'ERROR' in line:\n            continue"),
    )
    .fails("rows.unused");
    assert!(
        finding.rows.iter().all(|row| row.text.contains("ERROR")),
        "{finding:?}"
    );
    let only = program(
        "        if 'ERROR' not in line:\n            skipped.append(Skipped(number, 'not an error'))\n            continue",
    );
    Case::new(
        "Give the ids of requests with errors.",
        "list[int]",
        "app.log",
        &text,
        &only,
    )
    .passes();
}

#[test]
fn elements_of_xml_are_rows() {
    let mut text = "<?xml version=\"1.0\"?>\n<payments>\n".to_owned();
    for index in 1..=8 {
        let amount = if index == 5 {
            String::new()
        } else {
            format!("{index}2.50")
        };
        text.push_str(&format!(
            "  <payment><name>Person {index}</name><amount>{amount}</amount></payment>\n"
        ));
    }
    text.push_str("</payments>\n");
    let program = |body: &str| {
        format!(
            r#"
import xml.etree.ElementTree as ET

def main(text: str):
    result: list[dict[str, str | float]] = []
    skipped: list[Skipped] = []
    for number, payment in enumerate(ET.fromstring(text).findall("payment"), 1):
        name = payment.findtext("name") or ""
        amount = payment.findtext("amount") or ""
{body}
        result.append({{"name": name, "amount": float(amount)}})
    return {{"result": result, "skipped": skipped}}
"#
        )
    };
    let output = "@dataclass\nclass Payment:\n    name: str\n    amount: float\n\nlist[Payment]";
    let named = "        if not amount:\n            skipped.append(Skipped(number, 'no amount'))\n            continue";
    Case::new(
        "Read the payments.",
        output,
        "payments.xml",
        &text,
        &program(named),
    )
    .passes();
    let finding = Case::new(
        "Read the payments.",
        output,
        "payments.xml",
        &text,
        &program("        if not amount:\n            continue"),
    )
    .fails("rows.unused");
    assert_eq!(numbers(&finding), [5]);
}

#[test]
fn hits_cost_little() {
    let verdict = csv(CSV, "        pass").on_hit().passes();
    assert!(verdict.reruns <= 2, "{}", verdict.reruns);
    // What goes wrong only now is found nevertheless.
    let text = CSV.replace(",150.75", ",");
    csv(&text, "        if not row[3]:\n            continue")
        .on_hit()
        .fails("rows.unused");
    let mut large = "Symbol,Date,Shares,Price\n".to_owned();
    for index in 0..30_000 {
        large.push_str(&format!(
            "S{index:05},2024-01-{:02},{},12.75\n",
            index % 28 + 1,
            index + 1
        ));
    }
    let verdict = csv(&large, "        pass").on_hit().passes();
    assert_eq!((verdict.reruns, verdict.rows), (0, Some(30_000)));
    let verdict = csv(&large, "        pass").passes();
    let (_, ran) = csv(&large, "        pass").run();
    assert!(
        verdict.reruns <= 4 && verdict.fuel <= 5 * ran.fuel,
        "{}",
        verdict.reruns
    );
}

#[test]
fn programs_with_tools_are_not_run_again() {
    let code = format!(
        "from tools import clock\n{}{}",
        judge_support::PRELUDE,
        trades("        pass").replace("lines = ", "clock.now()\n    lines = ")
    );
    let stub = salami_program::Stub::new("clock", "@read\ndef now() -> str: ...\n");
    let candidate =
        salami_author::trial::Candidate::compile(&code, &[stub], true).expect("it is accepted");
    assert!(!candidate.is_repeatable());
}

#[test]
fn a_sign_is_not_lost() {
    let text = "day,amount\n2024-01-02,\"1,200.00\"\n2024-01-03,\"(2,300.50)\"\n2024-01-04,700.25\n2024-01-05,(45.10)\n2024-01-08,9.75-\n";
    let program = |read: &str| {
        format!(
            r#"
def main(text: str):
    result: list[dict[str, str | float]] = []
    for row in list(csv.reader(io.StringIO(text)))[1:]:
        cell = row[1].replace(",", "")
        result.append({{"day": row[0], "amount": {read}}})
    return {{"result": result, "skipped": []}}
"#
        )
    };
    let output = "list[dict[str, str | float]]";
    let right =
        program("-float(cell.strip('()-')) if cell[0] == '(' or cell[-1] == '-' else float(cell)");
    Case::new("Read the amounts.", output, "a.csv", text, &right).passes();
    let wrong = program("float(cell.strip('()-'))");
    let finding =
        Case::new("Read the amounts.", output, "a.csv", text, &wrong).fails("numbers.sign");
    assert_eq!(numbers(&finding), [3, 5, 6]);
    Case::new("Read the absolute amounts.", output, "a.csv", text, &wrong).passes();
}

#[test]
fn day_and_month_stay_in_place() {
    let text = "day,amount\n03/02/2024,1.5\n17/02/2024,2.5\n04/02/2024,3.5\n25/02/2024,4.5\n05/03/2024,5.5\n";
    let program = |month: &str, day: &str| {
        format!(
            r#"
def main(text: str):
    result: list[dict[str, str | float]] = []
    for row in list(csv.reader(io.StringIO(text)))[1:]:
        first, second, year = row[0].split("/")
        if int(first) > 12:
            first, second = second, first
            result.append({{"day": year + "-" + first + "-" + second, "amount": float(row[1])}})
        else:
            result.append({{"day": year + "-" + {month} + "-" + {day}, "amount": float(row[1])}})
    return {{"result": result, "skipped": []}}
"#
        )
    };
    let output = "list[dict[str, str | float]]";
    Case::new(
        "Read the amounts.",
        output,
        "a.csv",
        text,
        &program("second", "first"),
    )
    .passes();
    let finding = Case::new(
        "Read the amounts.",
        output,
        "a.csv",
        text,
        &program("first", "second"),
    )
    .fails("dates.order");
    assert_eq!(numbers(&finding), [2, 4, 6]);
}

#[test]
fn values_do_not_stand_in_the_program() {
    let mut text = "id,price\n".to_owned();
    let mut rows = String::new();
    for index in 0..12 {
        text.push_str(&format!("AB-10{index:02},{}.25\n", index * 7 + 13));
        rows.push_str(&format!(
            "    ('AB-10{index:02}', {}.25),\n",
            index * 7 + 13
        ));
    }
    let code = format!(
        "ROWS = [\n{rows}]\n\ndef main(text: str):\n    count = len(text.splitlines()) - 1\n    return {{'result': [{{'id': name, 'price': price}} for name, price in ROWS[:count]], 'skipped': []}}\n"
    );
    Case::new(
        "Read the prices.",
        "list[dict[str, str | float]]",
        "a.csv",
        &text,
        &code,
    )
    .fails("program.copied");
}

#[test]
fn items_come_from_their_rows() {
    // The rows are taken from the end, but counted from the beginning.
    let text = "id,name\n11,Ada\n22,Bob\n33,Eve\n44,Jim\n55,Kim\n66,Lea\n";
    let code = r#"
NAMES = ["Ada", "Bob", "Eve", "Jim", "Kim", "Lea"]

def main(text: str):
    count = len(text.splitlines()) - 1
    result = [{"id": 11 * number + 11, "name": NAMES[number]} for number in range(count)]
    return {"result": result, "skipped": []}
"#;
    let finding = Case::new(
        "Read the names.",
        "list[dict[str, str | int]]",
        "a.csv",
        text,
        code,
    )
    .fails("rows.other_item");
    assert!(finding.rows.len() >= 2, "{finding:?}");
}

#[test]
fn what_is_left_out_is_no_repetition() {
    let mut text = "time,level,text\n".to_owned();
    for index in 0..30 {
        let level = ["INFO", "WARN", "ERROR"][index % 3];
        text.push_str(&format!("10:00:{index:02},{level},message {index}\n"));
    }
    let program = |rows: &str| {
        format!(
            r#"
def main(text: str):
    counts: dict[str, int] = {{}}
    for row in list(csv.reader(io.StringIO(text)))[1:]{rows}:
        if row[1] == "{{SKIP}}":
            continue
        counts[row[1]] = counts.get(row[1], 0) + 1
    return {{"result": counts, "skipped": []}}
"#
        )
    };
    let task = "Count the lines of each distinct level.";
    Case::new(task, "dict[str, int]", "a.csv", &text, &program("")).passes();
    Case::new(
        task,
        "dict[str, int]",
        "a.csv",
        &text,
        &program("").replace("{SKIP}", "WARN"),
    )
    .fails("rows.unused");
    Case::new(
        "Count the lines of each level.",
        "dict[str, int]",
        "a.csv",
        &text,
        &program("[:10]"),
    )
    .fails("rows.unused");
}

#[test]
fn totals_and_remarks_are_known_by_their_look() {
    // As banks and brokers write them; nothing of it is named.
    let text = "\"Neuer Kontostand\";\"1.234,56 EUR\";\n\nTag;Text;Betrag;Saldo\n02.01.2024;Miete;-500,00;734,56\n17.01.2024;Lohn;1.000,00;1.734,56\n20.01.2024;Tee;-3,50;1.731,06\n\"Umsätze Gesamt\";;\"496,50\";\n";
    let code = r#"
def number(text: str) -> float:
    return float(text.replace(".", "").replace(",", "."))

def main(text: str):
    result: list[dict[str, str | float]] = []
    for row in csv.reader(io.StringIO(text), delimiter=";"):
        if len(row) == 4 and re.match(r"\d\d\.", row[0]):
            result.append({"text": row[1], "amount": number(row[2])})
    return {"result": result, "skipped": []}
"#;
    let verdict = Case::new(
        "Read the bookings.",
        "list[dict[str, str | float]]",
        "konto.csv",
        text,
        code,
    )
    .passes();
    assert_eq!(verdict.rows, Some(3));
    assert!(
        verdict.report.findings.is_empty(),
        "{:?}",
        verdict.report.findings
    );
    // Subtotals of groups, counted on top.
    let text = "Region,Item,Day,Amount\nNorth,Tea,2024-01-02,10.00\nNorth,Milk,2024-01-03,20.00\nNorth Subtotal,,,30.00\nSouth,Tea,2024-01-02,5.00\nSouth,Rice,2024-01-04,7.50\nSouth Subtotal,,,12.50\nGrand Total,,,42.50\n";
    let program = |test: &str| {
        format!(
            r#"
def main(text: str):
    sums: dict[str, float] = {{}}
    skipped: list[Skipped] = []
    for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
        if number == 1:
            continue
        if {test}:
            continue
        region = row[0].split()[0]
        sums[region] = sums.get(region, 0.0) + float(row[3])
    return {{"result": sums, "skipped": skipped}}
"#
        )
    };
    let case = |test: &str| {
        Case::new(
            "Add up the amounts by region.",
            "dict[str, float]",
            "regions.csv",
            text,
            &program(test),
        )
    };
    case("'otal' in row[0]").passes();
    case("'Grand' in row[0]").fails("rows.total");
    case("'otal' in row[0] or number == 6").fails("rows.unused");
}

#[test]
fn nothing_is_no_result() {
    for (output, result) in [
        ("list[str]", "[]"),
        ("dict[str, int]", "{}"),
        (
            "@dataclass\nclass Both:\n    one: list[int]\n    two: list[int]\n\nBoth",
            "{'one': [], 'two': []}",
        ),
    ] {
        let code =
            format!("def main(text: str):\n    return {{'result': {result}, 'skipped': []}}\n");
        for task in ["Read the trades.", "The latest distinct trades."] {
            let case = Case::new(task, output, "trades.csv", CSV, &code);
            case.fails("rows.empty");
            case.on_hit().fails("rows.empty");
        }
    }
    // The same for each input: no row makes a difference, whatever the task asks for.
    let code = "def main(text: str):\n    return {'result': {'count': 4711, 'most': 815}, 'skipped': []}\n";
    Case::new(
        "The average and the most.",
        "dict[str, int]",
        "trades.csv",
        CSV,
        code,
    )
    .fails("rows.unused");
}

#[test]
fn rows_that_can_be_read_are_not_unreadable() {
    let mut text = "Day,Side,Price\n".to_owned();
    for index in 1..=12 {
        let side = if index % 3 == 0 { "Sell" } else { "Buy" };
        text.push_str(&format!("2024-01-{index:02},{side},\"${index}.50\"\n"));
    }
    let program = |why: &str| {
        format!(
            r#"
def main(text: str):
    result: list[float] = []
    skipped: list[Skipped] = []
    for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
        if number == 1:
            continue
        if row[1] == "Sell":
            skipped.append(Skipped(number, "{why}"))
            continue
        result.append(float(row[2].strip("$")))
    return {{"result": result, "skipped": skipped}}
"#
        )
    };
    let case = |why: &str| {
        Case::new(
            "The prices of what was bought.",
            "list[float]",
            "a.csv",
            &text,
            &program(why),
        )
    };
    case("a sale").passes();
    let finding = case("cannot be read").fails("rows.readable");
    assert_eq!(numbers(&finding), [4, 7, 10, 13]);
}

#[test]
fn counts_come_from_all_rows() {
    let mut text = String::new();
    for index in 0..50 {
        let level = ["info", "warn", "error"][index % 3];
        text.push_str(&format!(
            "{{\"level\": \"{level}\", \"msg\": \"message {}\"}}\n",
            index % 4
        ));
    }
    let program = |lines: &str| {
        format!(
            r#"
def main(text: str):
    levels: dict[str, int] = {{}}
    errors: set[str] = set()
    for line in text.splitlines(){lines}:
        record: dict[str, str] = json.loads(line)
        levels[record["level"]] = levels.get(record["level"], 0) + 1
        if record["level"] == "error":
            errors.add(record["msg"])
    return {{"result": {{"levels": levels, "errors": sorted(errors)}}, "skipped": []}}
"#
        )
    };
    let output =
        "@dataclass\nclass Found:\n    levels: dict[str, int]\n    errors: list[str]\n\nFound";
    let task = "Count of lines per level and the distinct messages of level error.";
    Case::new(task, output, "a.jsonl", &text, &program("")).passes();
    Case::new(task, output, "a.jsonl", &text, &program("[:10]")).fails("rows.unused");
}

#[test]
fn sums_and_units_need_no_words() {
    let text = "Land;2022;2023;Zuwachs\nLand;1 000;1 000;%\nBayern;13 369;13 435;0,5\nBerlin;3 755;3 782;0,7\nHamburg;1 892;1 910;1,0\nHessen;6 391;6 420;0,5\nSachsen;4 086;4 089;0,1\nDeutschland;29 493;29 636;0,5\n";
    let code = r#"
def main(text: str):
    result: list[dict[str, str | int]] = []
    for row in list(csv.reader(io.StringIO(text), delimiter=";"))[2:]:
        if row[0] == "Deutschland":
            continue
        result.append({"land": row[0], "people": int(row[2].replace(" ", ""))})
    return {"result": result, "skipped": []}
"#;
    let verdict = Case::new(
        "The people of each land in 2023.",
        "list[dict[str, str | int]]",
        "a.csv",
        text,
        code,
    )
    .passes();
    assert_eq!(verdict.rows, Some(5), "{:?}", verdict.report.findings);
}

#[test]
fn repetitions_repeat_something() {
    let text = "id,name,amount\n11,Ada,10\n12,Bob,20\n13,Ada,35\n14,Eve,40\n15,Kim,55\n";
    let program = |row: usize| {
        format!(
            r#"
def main(text: str):
    result: list[str] = []
    skipped: list[Skipped] = []
    for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
        if number == 1:
            continue
        if number == {row}:
            skipped.append(Skipped(number, "a duplicate"))
            continue
        result.append(row[1])
    return {{"result": result, "skipped": skipped}}
"#
        )
    };
    let case = |row: usize| {
        Case::new(
            "List the customers.",
            "list[str]",
            "a.csv",
            text,
            &program(row),
        )
    };
    case(4).passes();
    assert_eq!(numbers(&case(5).fails("rows.no_repeat")), [5]);
}

#[test]
fn lines_are_counted_as_programs_are_told() {
    // Rows that are bad stand around blank lines and headers that come again.
    let text = "Station report\n\nid,day,value\nA1,2024-02-01,41.5\nA1,2024-02-02,ERR\nA1,2024-02-03,42.25\n\nid,day,value\nA2,2024-02-04,n/a\nA2,2024-02-05,40.5\nA2,2024-02-06,39.75\nA2,2024-02-07,---\nA2,2024-02-08,38.5\n";
    let code = r#"
def main(text: str):
    result: list[dict[str, str | float]] = []
    skipped: list[Skipped] = []
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.split(",")
        if len(cells) != 3 or cells[0] == "id":
            continue
        try:
            value = float(cells[2])
        except ValueError:
            skipped.append(Skipped(number, "the value is not a valid number"))
            continue
        result.append({"id": cells[0], "day": cells[1], "value": value})
    return {"result": result, "skipped": skipped}
"#;
    let verdict = Case::new(
        "Read the values.",
        "list[dict[str, str | float]]",
        "stations.csv",
        text,
        code,
    )
    .passes();
    let rows: Vec<u64> = verdict.skipped.iter().map(|skipped| skipped.row).collect();
    assert_eq!(rows, [5, 9, 12]);
}

#[test]
fn a_row_without_values_may_give_nothing() {
    let text = "product,jan,feb,mar\nP-101,1,2,3\nP-102,4,,6\nP-103,,,0\nP-104,7,8,9\nP-105,1,1,\n";
    let code = r#"
def main(text: str):
    rows = list(csv.reader(io.StringIO(text)))
    result: list[dict[str, str | int]] = []
    for row in rows[1:]:
        for month, value in zip(rows[0][1:], row[1:]):
            if value and int(value) != 0:
                result.append({"product": row[0], "month": month, "value": int(value)})
    return {"result": result, "skipped": []}
"#;
    let case = Case::new(
        "One record for each month with a value.",
        "list[dict[str, str | int]]",
        "wide.csv",
        text,
        code,
    );
    case.passes();
    case.on_hit().passes();
}

#[test]
fn a_row_that_is_forgotten_is_found_at_hits_too() {
    let program = |first: usize| {
        trades("        pass").replace(
            "if number == 1 or not row",
            &format!("if number <= {first} or not row"),
        )
    };
    Case::new("Read the trades.", TRADES, "trades.csv", CSV, &program(1))
        .on_hit()
        .passes();
    let finding = Case::new("Read the trades.", TRADES, "trades.csv", CSV, &program(2))
        .on_hit()
        .fails("rows.fewer");
    assert_eq!(numbers(&finding), [2]);
}

#[test]
fn totals_may_be_what_is_wanted() {
    let code = r#"
def main(text: str):
    rows = list(csv.reader(io.StringIO(text)))
    return {"result": float(rows[-1][1]), "skipped": []}
"#;
    Case::new(
        "The grand total as printed.",
        "float",
        "items.csv",
        WITH_TOTAL,
        code,
    )
    .passes();
    Case::new(
        "Add up the amounts.",
        "float",
        "items.csv",
        WITH_TOTAL,
        code,
    )
    .fails("rows.unused");
}

#[test]
fn amounts_are_not_all_zero() {
    let mut text = "<list>".to_owned();
    for index in 1..=6 {
        text.push_str(&format!(
            "<entry><name>Person {index}</name><amount>{index}2.50</amount></entry>\n"
        ));
    }
    text.push_str("</list>");
    let program = |tag: &str| {
        format!(
            r#"
import xml.etree.ElementTree as ET

def main(text: str):
    result: list[dict[str, str | float]] = []
    for entry in ET.fromstring(text).findall("entry"):
        result.append({{"name": entry.findtext("name") or "", "amount": float(entry.findtext("{tag}") or "0"), "fee": 0.0}})
    return {{"result": result, "skipped": []}}
"#
        )
    };
    let case = |tag: &str| {
        Case::new(
            "Name, amount and fee of each entry.",
            "list[dict[str, str | float]]",
            "a.xml",
            &text,
            &program(tag),
        )
        .on_hit()
    };
    case("amount").passes();
    case("amt").fails("numbers.zero");
}
