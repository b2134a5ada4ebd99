//! Shapes of JSON, XML and HTML.

mod kinds;

use kinds::Kind;

fn event(kind: &str, payload: &str, more: &str) -> String {
    format!(
        r#"{{"id": "4200000{len}", "type": "{kind}", "actor": {{"id": 583231, "login": "octocat", "url": "https://api.github.com/users/octocat"}}, "repo": {{"id": 1296269, "name": "octocat/Hello-World", "url": "https://api.github.com/repos/octocat/Hello-World"}}, "payload": {payload}, "public": true, "created_at": "2025-12-31T09:00:00Z"{more}}}"#,
        len = kind.len()
    )
}

#[test]
fn github_events() {
    let push = event(
        "PushEvent",
        r#"{"push_id": 1, "size": 1, "ref": "refs/heads/main", "commits": [{"sha": "a1", "message": "fix"}]}"#,
        "",
    );
    let watch = event(
        "WatchEvent",
        r#"{"action": "started"}"#,
        r#", "org": {"id": 9919, "login": "github"}"#,
    );
    let issue = event(
        "IssuesEvent",
        r#"{"action": "opened", "issue": {"id": 1, "title": "It fails", "labels": []}}"#,
        "",
    );
    let one = format!("[{push}, {watch}, {issue}]");
    let siblings = [
        format!("[{watch}, {issue}, {push}, {issue}, {issue}]"),
        format!("[\n{push},\n{push}\n]"),
    ];
    let other = one.replace("\"created_at\"", "\"createdAt\"");
    let wrapped = format!("{{\"events\": {one}}}");
    Kind {
        file: "events.json",
        one: &one,
        siblings: &[&siblings[0], &siblings[1]],
        strangers: &[&other, &wrapped],
        values: &["octocat", "PushEvent", "Hello-World", "started"],
    }
    .check();
}

#[test]
fn stripe_charges() {
    let one = r#"{"object": "list", "url": "/v1/charges", "has_more": false, "data": [
 {"id": "ch_1", "object": "charge", "amount": 2000, "currency": "usd", "created": 1767225600, "description": null, "paid": true, "metadata": {}, "billing_details": {"email": "jenny@example.com", "name": "Jenny Rosen", "phone": null}, "refunds": {"data": []}},
 {"id": "ch_2", "object": "charge", "amount": 999, "currency": "eur", "created": 1767225700, "description": "Order 12", "paid": true, "metadata": {"order_id": "6735"}, "billing_details": {"email": null, "name": null, "phone": null}, "refunds": {"data": [{"id": "re_1", "amount": 5}]}}
]}"#;
    // Other order of keys, another number of charges.
    let sibling = r#"{"has_more": true, "object": "list", "data": [
 {"object": "charge", "id": "ch_9", "paid": false, "amount": 100, "currency": "usd", "description": "x", "created": 1769904000, "billing_details": {"name": "Bob", "email": "b@example.org", "phone": null}, "metadata": {}, "refunds": {"data": []}}
], "url": "/v1/charges"}"#;
    let second = sibling.replace("\"amount\": 100", "\"amount\": 100.5");
    let dated = one
        .replace("1767225600", "\"2026-01-01\"")
        .replace("1767225700", "\"2026-01-02\"");
    let flat = one.replace("\"billing_details\": {\"email\"", "\"billing\": {\"email\"");
    Kind {
        file: "charges.json",
        one,
        siblings: &[sibling, &second],
        strangers: &[&dated, &flat],
        values: &["Jenny", "ch_1", "2000", "6735", "jenny@example.com"],
    }
    .check();
}

#[test]
fn open_weather() {
    let one = r#"{"coord": {"lon": 13.41, "lat": 52.52}, "weather": [{"id": 804, "main": "Clouds", "description": "overcast clouds", "icon": "04d"}], "base": "stations", "main": {"temp": 275.3, "feels_like": 271, "pressure": 1014, "humidity": 87}, "visibility": 10000, "wind": {"speed": 4.6, "deg": 240}, "dt": 1767225600, "sys": {"country": "DE", "sunrise": 1767251600, "sunset": 1767279600}, "timezone": 3600, "id": 2950159, "name": "Berlin", "cod": 200}"#;
    let sibling = one
        .replace("Berlin", "Oslo")
        .replace("275.3", "262")
        .replace("[{\"id\": 804, \"main\": \"Clouds\", \"description\": \"overcast clouds\", \"icon\": \"04d\"}]", "[{\"id\": 600, \"main\": \"Snow\", \"description\": \"light snow\", \"icon\": \"13d\"}, {\"id\": 701, \"main\": \"Mist\", \"description\": \"mist\", \"icon\": \"50d\"}]");
    let second = one
        .replace("\"base\": \"stations\", ", "")
        .replace("\"cod\": 200", "\"cod\": 200, \"base\": \"x\"");
    let forecast = format!("{{\"cod\": \"200\", \"cnt\": 1, \"list\": [{one}]}}");
    let iso = one.replace("1767225600", "\"2026-01-01T00:00:00Z\"");
    Kind {
        file: "weather.json",
        one,
        siblings: &[&sibling, &second],
        strangers: &[&forecast, &iso],
        values: &["Berlin", "Clouds", "275.3", "stations"],
    }
    .check();
}

#[test]
fn keys_that_are_values() {
    Kind {
        file: "prices.json",
        one: r#"{"base": "EUR", "rates": {"2025-12-01": {"USD": 1.08, "GBP": 0.85}, "2025-12-02": {"USD": 1.09, "GBP": 0.86, "CHF": 0.95}}}"#,
        siblings: &[
            r#"{"base": "USD", "rates": {"2026-01-05": {"EUR": 1, "JPY": 150}}}"#,
            r#"{"rates": {"2026-01-05": {"EUR": 0.9, "JPY": 150.2}, "2026-01-06": {"SEK": 10, "NOK": 11}, "2026-01-07": {"SEK": 10, "NOK": 11}}, "base": "USD"}"#,
        ],
        strangers: &[
            r#"{"base": "EUR", "rates": [{"date": "2025-12-01", "USD": 1.08, "GBP": 0.85}]}"#,
            r#"{"base": "EUR", "rates": {"2025-12-01": {"USD": "1.08", "GBP": "0.85"}}}"#,
        ],
        values: &["2025-12-01", "USD", "GBP", "1.08"],
    }
    .check();
}

#[test]
fn names_of_things_as_keys() {
    Kind {
        file: "hosts.json",
        one: r#"{"web-a": {"ip": "10.0.0.1", "up": true, "load": 0.5}, "web-b": {"ip": "10.0.0.2", "up": false, "load": 1}, "database": {"ip": "10.0.0.3", "up": true, "load": 2.25}}"#,
        siblings: &[
            r#"{"alpha": {"ip": "10.1.0.1", "up": true, "load": 1}, "beta": {"up": true, "ip": "10.1.0.2", "load": 3}, "gamma": {"ip": "10.1.0.2", "up": true, "load": 1}, "delta": {"ip": "10.1.0.9", "up": true, "load": 1}}"#,
            r#"{"x1": {"ip": "10.1.0.1", "up": true, "load": 1}, "x2": {"up": true, "ip": "10.1.0.2", "load": 3}, "x3": {"ip": "10.1.0.2", "up": true, "load": 1}}"#,
        ],
        strangers: &[
            r#"{"web-a": {"address": "10.0.0.1", "up": true}, "web-b": {"address": "10.0.0.2", "up": false}, "database": {"address": "10.0.0.3", "up": true}}"#,
            r#"[{"name": "web-a", "ip": "10.0.0.1", "up": true, "load": 0.5}]"#,
        ],
        values: &["web-a", "database", "10.0.0.1"],
    }
    .check();
}

#[test]
fn json_lines() {
    Kind {
        file: "orders.jsonl",
        one: "{\"order\": 1, \"at\": \"2025-12-01T10:00:00Z\", \"lines\": [{\"sku\": \"A\", \"qty\": 1}], \"note\": null}\n{\"order\": 2, \"at\": \"2025-12-01T11:00:00Z\", \"lines\": [{\"sku\": \"B\", \"qty\": 2.5}, {\"sku\": \"C\", \"qty\": 1}], \"note\": \"gift\"}\n",
        siblings: &[
            "{\"at\": \"2026-01-01T10:00:00Z\", \"order\": 77, \"note\": \"\", \"lines\": [{\"qty\": 4, \"sku\": \"Z\"}]}\n",
            "{\"order\": 5, \"at\": \"2025-12-01T10:00:00Z\", \"lines\": [{\"sku\": \"A\", \"qty\": 1}], \"note\": null}\n{\"order\": 6, \"at\": \"2025-12-01T10:00:00Z\", \"lines\": [{\"sku\": \"A\", \"qty\": 1}], \"note\": null, \"coupon\": \"XMAS\"}\n{\"order\": 7, \"at\": \"2025-12-01T10:00:00Z\", \"lines\": [{\"sku\": \"A\", \"qty\": 1}], \"note\": null}\n",
        ],
        strangers: &[
            "{\"order\": 1, \"at\": \"01.12.2025\", \"lines\": [{\"sku\": \"A\", \"qty\": 1}], \"note\": null}\n{\"order\": 2, \"at\": \"02.12.2025\", \"lines\": [{\"sku\": \"A\", \"qty\": 1}], \"note\": null}\n",
            "{\"order\": 1, \"at\": \"2025-12-01T10:00:00Z\", \"lines\": [\"A\"], \"note\": null}\n{\"order\": 1, \"at\": \"2025-12-01T10:00:00Z\", \"lines\": [\"A\"], \"note\": null}\n",
        ],
        values: &["gift", "2025-12-01"],
    }
    .check();
}

fn feed(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<rss version=\"2.0\"><channel><title>News of the day</title><link>https://example.org</link><description>All of it</description>{items}</channel></rss>"
    )
}

#[test]
fn rss() {
    let item = |title: &str| {
        format!(
            "<item><title>{title}</title><link>https://example.org/{title}</link><pubDate>Wed, 31 Dec 2025 10:00:00 +0000</pubDate><guid>{title}</guid></item>"
        )
    };
    let one = feed(&format!(
        "{}{}{}",
        item("First"),
        item("Second"),
        item("Third")
    ));
    let siblings = [
        feed(&item("Lone")),
        feed(&format!(
            "{}{}",
            item("A & B".replace('&', "&amp;").as_str()),
            item("Z")
        )),
    ];
    let renamed = one.replace("pubDate", "date");
    let iso = one.replace("Wed, 31 Dec 2025 10:00:00 +0000", "2025-12-31T10:00:00Z");
    Kind {
        file: "feed.rss",
        one: &one,
        siblings: &[&siblings[0], &siblings[1]],
        strangers: &[&renamed, &iso],
        values: &["News of the day", "First", "example.org"],
    }
    .check();
}

fn statement(version: &str, entries: &str, more: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}\"><BkToCstmrStmt><GrpHdr><MsgId>053D2025</MsgId><CreDtTm>2025-12-31T23:00:00</CreDtTm></GrpHdr><Stmt><Id>42</Id>{more}<Acct><Id><IBAN>DE12500105170648489890</IBAN></Id></Acct>{entries}</Stmt></BkToCstmrStmt></Document>"
    )
}

#[test]
fn camt_053() {
    let plain = "<Ntry><Amt Ccy=\"EUR\">12.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>2025-12-30</Dt></BookgDt></Ntry>";
    let rich = "<Ntry><NtryRef>1</NtryRef><Amt Ccy=\"EUR\">100</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2025-12-29</Dt></BookgDt><NtryDtls><TxDtls><RltdPties><Dbtr><Nm>ACME GmbH</Nm></Dbtr></RltdPties><RmtInf><Ustrd>Invoice 7</Ustrd></RmtInf></TxDtls></NtryDtls><AddtlNtryInf>GUTSCHRIFT</AddtlNtryInf></Ntry>";
    let one = statement(
        "02",
        &format!("{plain}{rich}{plain}"),
        "<ElctrncSeqNb>7</ElctrncSeqNb>",
    );
    let siblings = [
        statement("02", rich, ""),
        statement("02", &plain.repeat(5), "<LglSeqNb>1</LglSeqNb>"),
    ];
    let newer = statement("08", &format!("{plain}{rich}"), "");
    let other = one.replace("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn");
    Kind {
        file: "camt.xml",
        one: &one,
        siblings: &[&siblings[0], &siblings[1]],
        strangers: &[&newer, &other],
        values: &["ACME", "DE12500105170648489890", "Invoice 7", "053D2025"],
    }
    .check();
}

#[test]
fn plain_xml() {
    let book = |id: u32, more: &str| {
        format!(
            "<book id=\"{id}\"><author>Ann Author</author><title>Title {id}</title><price>{id}.95</price><published>2025-12-0{id}</published>{more}</book>"
        )
    };
    let one = format!(
        "<catalog>{}{}</catalog>",
        book(1, ""),
        book(2, "<series>Blue</series>")
    );
    let siblings = [
        format!("<catalog>{}</catalog>", book(3, "")),
        format!(
            "<catalog>\n{}\n{}\n{}\n</catalog>",
            book(4, ""),
            book(5, ""),
            book(6, "").replace("6.95", "7")
        ),
    ];
    let attribute = one.replace("<book id=", "<book isbn=");
    let dates = one
        .replace("2025-12-01", "01.12.2025")
        .replace("2025-12-02", "02.12.2025");
    Kind {
        file: "books.xml",
        one: &one,
        siblings: &[&siblings[0], &siblings[1]],
        strangers: &[&attribute, &dates],
        values: &["Ann Author", "Title 1", "1.95", "Blue"],
    }
    .check();
}

#[test]
fn svg() {
    Kind {
        file: "chart.svg",
        one: "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\"><g><rect x=\"1\"/><rect x=\"2\"/></g><text x=\"3\">Sales</text></svg>",
        siblings: &[
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\"><g><rect x=\"5\"/></g><text x=\"9\">Costs</text></svg>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\"><g><rect x=\"5\"/></g><g><rect x=\"5\"/><rect x=\"6\"/></g><text x=\"9\">Costs</text><text>b</text></svg>",
        ],
        strangers: &[
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\"><g><circle cx=\"1\"/></g><text x=\"3\">Sales</text></svg>",
            "<svg width=\"10\"><path d=\"M0 0\"/></svg>",
        ],
        values: &["Sales"],
    }
    .check();
}

#[test]
fn html_tables() {
    let page = |rows: &str| {
        format!(
            "<!DOCTYPE html><html><head><title>Fund prices</title><script>var a = '<td>';</script></head><body><h1>Prices</h1><table class=\"t\"><tr><th>Fund</th><th>Price</th><th>Date</th></tr>{rows}</table><p>All without guarantee.</p></body></html>"
        )
    };
    let one = page(
        "<tr><td>Global</td><td>12.50</td><td>2025-12-31</td></tr><tr><td>Europe</td><td>9.75</td><td>2025-12-31</td></tr>",
    );
    let siblings = [
        page("<tr><td>Asia</td><td>7</td><td>2026-01-02</td></tr>"),
        page(&"<tr><td>World <b>Index</b></td><td>1.25</td><td>2026-01-02</td></tr>\n".repeat(40)),
    ];
    let comma = one.replace("12.50", "12,50").replace("9.75", "9,75");
    let renamed = one.replace("<th>Fund</th>", "<th>ISIN</th>");
    Kind {
        file: "prices.html",
        one: &one,
        siblings: &[&siblings[0], &siblings[1]],
        strangers: &[&comma, &renamed],
        values: &["Global", "Europe", "12.50", "guarantee"],
    }
    .check();
}

#[test]
fn xhtml_tables() {
    let page = |rows: &str| {
        format!(
            "<?xml version=\"1.0\"?>\n<html xmlns=\"http://www.w3.org/1999/xhtml\"><body><table><thead><tr><td>Name</td><td>Points</td></tr></thead><tbody>{rows}</tbody></table></body></html>"
        )
    };
    let one = page("<tr><td>Anna</td><td>3</td></tr><tr><td>Ben</td><td>5</td></tr>");
    let siblings = [
        page("<tr><td>Cara</td><td>9.5</td></tr>"),
        page("<tr><td>Dan</td><td></td></tr><tr><td>Eve</td><td>1</td></tr>"),
    ];
    let swapped = one.replace(
        "<td>Name</td><td>Points</td>",
        "<td>Points</td><td>Name</td>",
    );
    let list = "<html><body><ul class=\"scores\"><li>Anna 3</li><li>Ben 5</li></ul></body></html>";
    Kind {
        file: "scores.xhtml",
        one: &one,
        siblings: &[&siblings[0], &siblings[1]],
        strangers: &[&swapped, list],
        values: &["Anna", "Ben"],
    }
    .check();
}
