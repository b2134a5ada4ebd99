//! The account of the rows: honest programs pass, those that lie or err are told.

mod judge_support;

use judge_support::{CSV, Case, TRADES, WITH_TOTAL, numbers, trades};
use salami_author::judge::Severity;

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
    csv(CSV, body).doubts("doubt.nothing");
    let one = "Symbol,Date,Shares,Price\nAAPL,2024-01-02,10,185.50\n";
    csv(one, body).doubts("doubt.nothing");
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

/// Text in columns, on two pages.
fn pages() -> String {
    let mut text = String::new();
    for page in 1..=2 {
        text += &format!(
            "Transactions                     Page {page}\n\nDate        Text          Amount\n"
        );
        for day in 1..=8 {
            text += &format!("2024-0{page}-{day:02}  Rent {page}{day}       {page}{day}.50\n");
        }
        text += "\n";
    }
    text
}

#[test]
fn the_second_page_of_a_text_is_not_forgotten() {
    let program = |most: usize| {
        format!(
            r#"
@dataclass
class Answer:
    result: list[float]
    skipped: list[Skipped]

def main(text: str) -> Answer:
    found: list[float] = []
    for line in text.splitlines()[:{most}]:
        parts = re.split(r"\s{{2,}}", line.strip())
        if len(parts) == 3 and parts[0] != "Date":
            found.append(float(parts[2]))
    return Answer(found, [])
"#
        )
    };
    let case = |most| {
        Case::new(
            "List the amounts.",
            "list[float]",
            "list.txt",
            &pages(),
            &program(most),
        )
    };
    case(100).passes();
    let finding = case(12).fails("rows.unused");
    assert!(numbers(&finding).iter().all(|row| *row > 12), "{finding:?}");
}
