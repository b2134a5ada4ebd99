//! Programs with something odd in their results, and honest ones that look like them.

mod judge_support;

use judge_support::{Case, numbers};

const TRADES: &str = "Symbol,Date,Settlement Date,Currency,Shares,Price,Fee\n\
    AAPL,2024-01-02,2024-01-04,USD,10,185.50,1.20\n\
    SAP,2024-01-03,2024-01-05,EUR,5,150.25,0.90\n\
    GOOG,2024-01-04,2024-01-08,USD,-8,140.10,1.10\n\
    AMZN,2024-01-05,2024-01-09,USD,3,150.75,1.25\n\
    NOVN,2024-01-08,2024-01-10,CHF,-2,92.45,2.50\n\
    TSLA,2024-01-09,2024-01-11,USD,7,235.40,1.05\n";

/// A program that makes of each row of a table what `item` says of `row`, a dict by the names of columns.
fn program(item: &str) -> String {
    format!(
        r#"
from datetime import date, datetime, timedelta

def main(text: str):
    result = []
    for row in csv.DictReader(io.StringIO(text)):
        result.append({item})
    return {{"result": result, "skipped": []}}
"#
    )
}

fn trades(task: &str, item: &str) -> Case {
    Case::new(
        task,
        "list[dict[str, str | int | float | None]]",
        "trades.csv",
        TRADES,
        &program(item),
    )
}

const TASK: &str = "Read the trades.";
const HONEST: &str = r#"{"symbol": row["Symbol"], "date": row["Date"], "currency": row["Currency"], "shares": int(row["Shares"]), "price": float(row["Price"]), "fee": float(row["Fee"])}"#;

/// The honest item with one field of another kind.
fn with(field: &str, value: &str) -> String {
    let honest = |name: &str, column: &str| match name {
        "shares" => format!("int(row[\"{column}\"])"),
        "price" | "fee" => format!("float(row[\"{column}\"])"),
        _ => format!("row[\"{column}\"]"),
    };
    let before = format!("\"{field}\": ");
    let fields = ["symbol", "date", "currency", "shares", "price", "fee"].map(|name| {
        let column = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        match name == field {
            true => format!("{before}{value}"),
            false => format!("\"{name}\": {}", honest(name, &column)),
        }
    });
    format!("{{{}}}", fields.join(", "))
}

#[test]
fn an_honest_program_is_not_doubted() {
    trades(TASK, HONEST).is_plain();
    trades(TASK, HONEST).on_hit().is_plain();
}

#[test]
fn one_column_taken_for_another_is_odd() {
    let wrong = with("date", r#"row["Settlement Date"]"#);
    let finding = trades(TASK, &wrong).doubts("doubt.column");
    assert_eq!(numbers(&finding), [2, 3, 4, 5]);
    let outside = finding.outside.expect("names of columns");
    assert!(outside.contains("\"Settlement Date\""), "{outside}");
    assert!(
        !finding.message.contains("Settlement"),
        "{}",
        finding.message
    );
    trades(TASK, &wrong).on_hit().doubts("doubt.column");
    // The task means it.
    for task in [
        "Read the trades; the date is that of the settlement.",
        "Symbol, settlement date, currency, shares, price, fee.",
    ] {
        trades(task, &wrong).is_plain();
    }
    let task = "Read the trades. The date is the day of the trade, not that of the settlement.";
    trades(task, &wrong).doubts("doubt.column");
    // A field of that name has its own column.
    let both = wrong.replacen('{', r#"{"settlement_date": row["Settlement Date"], "#, 1);
    trades("Read the date, the settlement date and all else.", &both).doubts("doubt.column");
}

#[test]
fn what_is_always_the_same_is_odd() {
    let finding = trades(TASK, &with("currency", "\"USD\"")).doubts("doubt.constant");
    assert_eq!(numbers(&finding), [3, 6]);
    trades("Read the trades, all in USD.", &with("currency", "\"USD\"")).is_plain();
    // The rows that are used have only one.
    let code = r#"
def main(text: str):
    result = []
    skipped = []
    for number, row in enumerate(csv.DictReader(io.StringIO(text)), 2):
        if row["Currency"] != "USD":
            skipped.append({"row": number, "why": "not in dollars"})
            continue
        result.append({"symbol": row["Symbol"], "currency": row["Currency"]})
    return {"result": result, "skipped": skipped}
"#;
    let task = "Read the trades in dollars only.";
    Case::new(task, "list[dict[str, str]]", "t.csv", TRADES, code).is_plain();
}

#[test]
fn nothing_where_there_are_values_is_odd() {
    for nothing in ["None", "\"\"", "row.get(\"Feee\")"] {
        trades(TASK, &with("fee", nothing)).doubts("doubt.empty");
    }
    let finding = trades(TASK, &with("fee", "0.0")).doubts("doubt.empty");
    assert_eq!(numbers(&finding).len(), 4);
    trades("Read the trades; leave the fee null.", &with("fee", "None")).is_plain();
    // A column without values.
    let empty = "Symbol,Note\nAA,\nBB,\nCC,\nDD,\nEE,\n";
    let item = r#"{"symbol": row["Symbol"], "note": row["Note"] or None}"#;
    let output = "list[dict[str, str | None]]";
    Case::new(TASK, output, "t.csv", empty, &program(item)).is_plain();
}

#[test]
fn a_wrong_path_in_a_document_is_odd() {
    let json = r#"{"account": {"owner": "Ada Byron", "currency": "EUR"}, "trades": [
        {"id": 1, "what": {"symbol": "AAPL"}, "price": {"amount": "1.50"}},
        {"id": 2, "what": {"symbol": "MSFT"}, "price": {"amount": "2.75"}},
        {"id": 3, "what": {"symbol": "GOOG"}, "price": {"amount": "3.10"}},
        {"id": 4, "what": {"symbol": "NVDA"}, "price": {"amount": "4.20"}}]}"#;
    let code = |amount: &str, currency: &str| {
        format!(
            r#"
def main(text: str):
    whole = json.loads(text)
    result = []
    for trade in whole["trades"]:
        result.append({{"id": trade["id"], "symbol": trade["what"]["symbol"], "amount": {amount}, "currency": {currency}}})
    return {{"result": result, "skipped": []}}
"#
        )
    };
    let output = "list[dict[str, int | str | None]]";
    let case = |amount: &str, currency: &str| {
        Case::new(TASK, output, "t.json", json, &code(amount, currency))
    };
    let (amount, currency) = (
        r#"trade["price"]["amount"]"#,
        r#"whole["account"]["currency"]"#,
    );
    case(amount, currency).is_plain();
    case(r#"trade.get("amount")"#, currency).doubts("doubt.empty");
    case(amount, r#"trade.get("currency")"#).doubts("doubt.empty");
    let xml = "<trades><trade id='1'><ns:symbol>AA</ns:symbol><price>1.5</price></trade><trade id='2'><ns:symbol>BB</ns:symbol><price>2.5</price></trade><trade id='3'><ns:symbol>CC</ns:symbol><price>3.75</price></trade><trade id='4'><ns:symbol>DD</ns:symbol><price>4.5</price></trade></trades>";
    let code = |price: &str| {
        format!(
            r#"
def main(text: str):
    result = []
    for part in text.split("<trade ")[1:]:
        price = part.split("<price>")[1].split("<")[0]
        result.append({{"symbol": part.split("symbol>")[1].split("<")[0], "price": {price}}})
    return {{"result": result, "skipped": []}}
"#
        )
    };
    let output = "list[dict[str, str | float | None]]";
    Case::new(TASK, output, "t.xml", xml, &code("float(price)")).is_plain();
    Case::new(TASK, output, "t.xml", xml, &code("None")).doubts("doubt.empty");
}

#[test]
fn another_scale_is_odd() {
    let scaled = with("price", r#"float(row["Price"]) / 1000"#);
    let finding = trades(TASK, &scaled).doubts("doubt.scale");
    let outside = finding.outside.expect("what it is");
    assert!(outside.contains("1000"), "{outside}");
    trades("Read the trades, prices in thousands.", &scaled).is_plain();
    // The product of two columns, one of which is always ten.
    let text = "item,price,count\na,1.50,10\nb,2.25,10\nc,7.75,10\nd,3.10,10\n";
    let item = r#"{"item": row["item"], "cost": float(row["price"]) * int(row["count"])}"#;
    let output = "list[dict[str, str | float]]";
    Case::new(
        "What each item cost.",
        output,
        "t.csv",
        text,
        &program(item),
    )
    .is_plain();
    let item = r#"{"item": row["item"], "cost": float(row["price"]) * 10}"#;
    let text = "item,price,count\na,1.50,3\nb,2.25,4\nc,7.75,5\nd,3.10,6\n";
    Case::new(
        "What each item cost.",
        output,
        "t.csv",
        text,
        &program(item),
    )
    .doubts("doubt.scale");
}

#[test]
fn signs_that_differ_are_odd() {
    let turned = with(
        "shares",
        r#"-int(row["Shares"]) if row["Currency"] == "USD" else int(row["Shares"])"#,
    );
    trades(TASK, &turned).doubts("doubt.sign");
    trades("Read the trades, negative where it is a sale.", &turned).is_plain();
    // All are turned: that is another way to say it.
    trades(TASK, &with("shares", r#"-int(row["Shares"])"#)).passes();
    // A column says which way money went.
    let text = "day,text,amount,kind\n2024-01-02,tea,5.10,D\n2024-01-03,pay,90.25,C\n2024-01-04,bread,3.40,D\n2024-01-05,gift,20.75,C\n2024-01-06,milk,1.85,D\n";
    let item = r#"{"day": row["day"], "text": row["text"], "amount": float(row["amount"]) if row["kind"] == "C" else -float(row["amount"])}"#;
    let output = "list[dict[str, str | float]]";
    Case::new("Read the bookings.", output, "t.csv", text, &program(item)).is_plain();
}

#[test]
fn numbers_without_their_fractions_are_odd() {
    let whole = with("price", r#"float(int(float(row["Price"])))"#);
    trades(TASK, &whole).doubts("doubt.rounded");
    trades("Read the trades with whole prices.", &whole).is_plain();
}

#[test]
fn days_that_are_off_are_odd() {
    let next = with(
        "date",
        r#"(date.fromisoformat(row["Date"]) + timedelta(days=1)).isoformat()"#,
    );
    trades(TASK, &next).doubts("doubt.date");
    trades("Read the trades, each with the day after it.", &next).is_plain();
    let late = with("date", r#"row["Date"].replace("2024", "2124")"#);
    trades(TASK, &late).doubts("doubt.date");
    let text = "id,time\na,2024-01-02T23:30:00+02:00\nb,2024-01-03T08:15:00+02:00\nc,2024-01-04T09:45:10+02:00\nd,2024-01-05T10:00:00+02:00\n";
    let output = "list[dict[str, str]]";
    let case = |value: &str| {
        let item = format!(r#"{{"id": row["id"], "time": {value}}}"#);
        Case::new("Read the events.", output, "t.csv", text, &program(&item))
    };
    // Local time without a zone, the same instant, and another one.
    case(r#"row["time"][:19]"#).is_plain();
    case(r#"row["time"]"#).is_plain();
    case(r#"row["time"][:19] + "Z""#).doubts("doubt.date");
    // Of an open order either day may be it.
    let text = "id,day\na,01/02/2024\nb,02/03/2024\nc,05/04/2024\nd,11/12/2024\n";
    let item =
        r#"{"id": row["id"], "day": datetime.strptime(row["day"], "%m/%d/%Y").date().isoformat()}"#;
    Case::new("Read the events.", output, "t.csv", text, &program(item)).is_plain();
}

const BOOKS: &str = "id,title,author\n1,A tale of two cities,Charles Dickens\n2,The turn of the screw,Henry James\n3,Emma,Jane Austen\n4,The moon and sixpence,Somerset Maugham\n5,The secret agent,Joseph Conrad\n";

#[test]
fn texts_that_are_cut_are_odd() {
    let output = "list[dict[str, str]]";
    let case = |task: &str, value: &str| {
        let item = format!(r#"{{"id": row["id"], "title": {value}, "author": row["author"]}}"#);
        Case::new(task, output, "books.csv", BOOKS, &program(&item))
    };
    case("Read the books.", r#"row["title"]"#).is_plain();
    case("Read the books.", r#"row["title"][:10]"#).doubts("doubt.cut");
    case(
        "Read the books, titles of at most ten letters.",
        r#"row["title"][:10]"#,
    )
    .is_plain();
    case("Read the books.", r#"row["title"].upper()"#).doubts("doubt.case");
    case(
        "Read the books, titles in upper case.",
        r#"row["title"].upper()"#,
    )
    .is_plain();
    // Kinds have names of their own.
    let item = with("currency", r#"row["Currency"].lower()"#);
    trades(TASK, &item).is_plain();
}

#[test]
fn reasons_that_do_not_fit_are_odd() {
    let rows: String = (1..=12)
        .map(|row| {
            format!(
                "{row},{}{row},{}.50,{}\n",
                ["ann", "bob", "eve"][row % 3],
                row * 7,
                ["EUR", "USD", "EUR", "CHF"][row % 4]
            )
        })
        .collect();
    let text = format!("id,name,amount,currency\n{rows}");
    let code = |which: &str, why: &str| {
        format!(
            r#"
def main(text: str):
    result = []
    skipped = []
    for number, row in enumerate(csv.DictReader(io.StringIO(text)), 2):
        if {which}:
            skipped.append({{"row": number, "why": "{why}"}})
            continue
        result.append({{"id": row["id"], "amount": float(row["amount"])}})
    return {{"result": result, "skipped": skipped}}
"#
        )
    };
    let case = |which: &str, why: &str| {
        let output = "list[dict[str, str | float]]";
        Case::new(
            "Read the payments.",
            output,
            "t.csv",
            &text,
            &code(which, why),
        )
    };
    case("number == 5", "a duplicate of another payment").doubts("doubt.reason");
    case("number == 5", "the name is missing").doubts("doubt.reason");
    case("number == 5", "the amount is malformed").doubts("doubt.reason");
    case("number % 2 == 0 and number < 12", "of another month").doubts("doubt.reason");
    // A number tells them.
    case("float(row['amount']) < 30", "too small").is_plain();
    case("row['currency'] == 'EUR'", "in euros").is_plain();
}

#[test]
fn copies_that_count_once_are_odd() {
    let text =
        "name,answer\nAnn,yes\nBob,no\nAnn,no\nEve,yes\nBob,no\nJim,no\nKim,yes\nEve,no\nLea,yes\n";
    let code = |lines: &str| {
        format!(
            r#"
def main(text: str):
    lines = text.splitlines()[1:]
    result = []
    for line in {lines}:
        name, answer = line.split(",")
        result.append({{"name": name, "answer": answer}})
    return {{"result": result, "skipped": []}}
"#
        )
    };
    let output = "list[dict[str, str]]";
    let case = |task: &str, lines: &str| Case::new(task, output, "t.csv", text, &code(lines));
    case("List the answers.", "lines").is_plain();
    case("List the answers.", "list(dict.fromkeys(lines))").doubts("doubt.copies");
    case("List the answers, each once.", "list(dict.fromkeys(lines))").is_plain();
}

#[test]
fn another_order_is_odd() {
    let code = |items: &str| {
        format!(
            r#"
def main(text: str):
    rows = list(csv.DictReader(io.StringIO(text)))
    return {{"result": [{{"symbol": row["Symbol"], "fee": float(row["Fee"])}} for row in {items}], "skipped": []}}
"#
        )
    };
    let output = "list[dict[str, str | float]]";
    let case = |task: &str, items: &str| Case::new(task, output, "t.csv", TRADES, &code(items));
    case(TASK, "rows").is_plain();
    case(TASK, "rows[::-1]").doubts("doubt.order");
    let sorted = r#"sorted(rows, key=lambda row: row["Symbol"])"#;
    case("Read the trades in the order in which they came.", sorted).doubts("doubt.order");
    case("Read the trades, sorted by symbol.", sorted).is_plain();
}

#[test]
fn days_of_short_years_that_are_to_come_are_odd() {
    let text = "name,born\nAnn,09.10.75\nBob,03.10.51\nCleo,04.07.80\nDan,08.02.62\nEve,11.08.99\n";
    let item = r#"{"name": row["name"], "born": datetime.strptime(row["born"], "%d.%m.%y").date().isoformat()}"#;
    let output = "list[dict[str, str]]";
    let mut case = Case::new("Read the members.", output, "t.csv", text, &program(item));
    case.now = 1_764_000_000_000_000;
    case.doubts("doubt.date");
    case.task = "Read the members and until when their cards are valid.".to_owned();
    case.is_plain();
}

#[test]
fn a_group_of_rows_is_not_held_against_one_of_them() {
    let item = r#"
def main(text: str):
    sums: dict[str, float] = {}
    for row in csv.DictReader(io.StringIO(text)):
        sums[row["Currency"]] = sums.get(row["Currency"], 0.0) + float(row["Fee"])
    return {"result": [{"currency": name, "fee": round(value, 2)} for name, value in sums.items()], "skipped": []}
"#;
    let output = "list[dict[str, str | float]]";
    Case::new("The fees by currency.", output, "t.csv", TRADES, item).is_plain();
}

#[test]
fn results_of_all_forms_are_looked_at_without_end() {
    for result in [
        "None",
        "1",
        "\"text\"",
        "[]",
        "[[]]",
        "[[1, \"a\"], [2]]",
        "{}",
        "{\"a\": {}}",
        "[None, 1, \"x\", {\"a\": [{\"b\": 1}]}]",
        "{\"a\": 1, \"b\": 2, \"c\": 3.5}",
        "{\"x\": {\"a\": 1}, \"y\": {\"a\": 2}, \"z\": {\"b\": None}}",
    ] {
        let code = format!("def main(text: str):\n    return {result}\n");
        for (name, text) in [
            ("t.csv", TRADES),
            ("t.json", "[{\"a\": [1, {\"b\": [[2]]}]}, 3, null]"),
            ("t.xml", "<a><b c='1'/><b c='2'/><b>x</b></a>"),
            ("t.log", "a=1 b=2\na=3 b=4\n"),
            ("t.txt", "some words\n"),
        ] {
            Case::new("Read it.", "object", name, text, &code)
                .without_rows()
                .judge();
        }
    }
}

#[test]
fn numbers_that_are_read_up_to_a_sign_are_odd() {
    let text = "item,price\na,\"1,929\"\nb,\"8,689.73\"\nc,12.50\nd,7.25\ne,\"2,100\"\nf,3.10\n";
    let case = |value: &str| {
        let item = format!(r#"{{"item": row["item"], "price": float({value})}}"#);
        let output = "list[dict[str, str | float]]";
        Case::new("Read the prices.", output, "t.csv", text, &program(&item))
    };
    case(r#"row["price"].replace(",", "")"#).is_plain();
    let wrong = r#"(row["price"].replace(",", "") if "." in row["price"] else row["price"].replace(",", "."))"#;
    let finding = case(wrong).doubts("doubt.number");
    assert_eq!(numbers(&finding), [2, 6]);
    case(r#"row["price"].split(",")[0]"#).doubts("doubt.number");
}

#[test]
fn one_item_without_a_name_is_odd() {
    let text = "kind,amount,note\ntea,1.50,x\nmilk,2.25,y\n,9.75,total of the page\ntea,7.75,z\nbread,3.10,x\nbread,1.20,y\ntea,2.10,z\nmilk,4.40,x\nbread,5.15,z\n";
    let code = r#"
def main(text: str):
    sums: dict[str, float] = {}
    for row in csv.DictReader(io.StringIO(text)):
        sums[row["kind"]] = sums.get(row["kind"], 0.0) + float(row["amount"])
    return {"result": [{"kind": kind, "sum": round(value, 2)} for kind, value in sums.items()], "skipped": []}
"#;
    let output = "list[dict[str, str | float]]";
    let case = |task: &str| Case::new(task, output, "t.csv", text, code);
    case("The sums by kind.").doubts("doubt.nameless");
    case("The sums by kind, also of what has an empty one.").is_plain();
}

#[test]
fn sums_that_lost_their_signs_in_some_groups_are_odd() {
    let text = "type,net\nSale,10.50\nFee,-1.25\nSale,20.75\nFee,-2.10\nTax,-3.05\nSale,5.15\nTax,-1.40\nFee,-0.95\n";
    let code = |net: &str| {
        format!(
            r#"
def main(text: str):
    sums: dict[str, float] = {{}}
    for row in csv.DictReader(io.StringIO(text)):
        sums[row["type"]] = sums.get(row["type"], 0.0) + {net}
    return {{"result": [{{"type": name, "net": round(value, 2)}} for name, value in sums.items()], "skipped": []}}
"#
        )
    };
    let output = "list[dict[str, str | float]]";
    let case = |task: &str, net: &str| Case::new(task, output, "t.csv", text, &code(net));
    case("The net by type.", r#"float(row["net"])"#).is_plain();
    case("The net by type.", r#"abs(float(row["net"]))"#).doubts("doubt.sign");
    case(
        "The net by type, without signs.",
        r#"abs(float(row["net"]))"#,
    )
    .is_plain();
}
