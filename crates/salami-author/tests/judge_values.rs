//! What the account of the rows cannot show: values that were changed, copied, forgotten or taken for others.

mod judge_support;

use judge_support::{CSV, Case, TRADES, WITH_TOTAL, numbers, trades};

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
            case.doubts("doubt.nothing");
            case.on_hit().doubts("doubt.nothing");
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
    .fails("rows.ignored");
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
