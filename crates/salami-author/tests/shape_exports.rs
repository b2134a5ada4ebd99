//! Shapes of further exports of programs.

mod kinds;

use kinds::Kind;

#[test]
fn two_tables_in_one_file() {
    let one = "Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,
12345678,VANGUARD TOTAL,VTI,10.5,230.1,2416.05,
12345678,VANGUARD BOND,BND,3,70.1,210.3,



Account Number,Trade Date,Settlement Date,Transaction Type,Symbol,Shares,Share Price,Net Amount,Account Type,
12345678,12/30/2025,12/31/2025,Buy,VTI,1.0,230.1,-230.1,CASH,
12345678,12/29/2025,12/31/2025,Dividend,BND,0,1,5,CASH,
";
    let sibling = "Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,
87654321,VANGUARD BOND,BND,3,70,210,



Account Number,Trade Date,Settlement Date,Transaction Type,Symbol,Shares,Share Price,Net Amount,Account Type,
87654321,01/30/2026,01/31/2026,Sell,VTI,1,230,230,CASH,
";
    let (holdings, transactions) = one.split_once("\n\n").expect("two tables");
    Kind {
        file: "ofxdownload.csv",
        one,
        siblings: &[sibling, &sibling.replace("01/31/2026", "")],
        strangers: &[holdings, transactions.trim_start()],
        values: &["VANGUARD", "VTI", "12345678", "2416.05"],
    }
    .check();
}

#[test]
fn bank_with_labels_and_apostrophes() {
    let file = |preamble: &str, rows: &str| {
        format!(
            "{preamble}\nAbschlussdatum;Buchungsdatum;Währung;Belastung;Gutschrift;Saldo;Beschreibung;\n{rows}"
        )
    };
    let labels = "Kontonummer:;0234 00103914.40;\nVon:;2025-12-01;\nBis:;2025-12-31;\nAnfangssaldo:;1'234.50;\nBewertet in:;CHF;\n";
    let one = file(
        labels,
        "2025-12-30;2025-12-30;CHF;-1'100.50;;6'877.10;\"Coop\";\n2025-12-29;2025-12-29;CHF;;5000.00;7977.60;\"Lohn\";\n",
    );
    let other = file(
        &labels.replace("1'234.50", "20"),
        "2026-01-13;2026-01-13;CHF;-77.10;;6800;\"SBB; Bern\";\n",
    );
    let third = file(
        labels,
        &"2026-01-13;2026-01-13;CHF;;1.05;6800;\"Zins\";\n".repeat(30),
    );
    let unlabelled = file(
        "",
        "2025-12-30;2025-12-30;CHF;-1'100.50;;6'877.10;\"Coop\";\n2025-12-29;2025-12-29;CHF;;5000.00;7977.60;\"Lohn\";\n",
    );
    let swiss_dates = one
        .replace("2025-12-30", "30.12.2025")
        .replace("2025-12-29", "29.12.2025");
    Kind {
        file: "export.csv",
        one: &one,
        siblings: &[&other, &third],
        strangers: &[&unlabelled, &swiss_dates],
        values: &["0234", "Coop", "Lohn", "1'100.50"],
    }
    .check();
}

#[test]
fn comments_before_a_table() {
    Kind {
        file: "analytics.csv",
        one: "# ------------\n# All Web Site Data\n# 20251201-20251231\n# ------------\n\nDay Index,Users\n12/1/25,\"1,203\"\n12/13/25,950\n",
        siblings: &[
            "# ------------\n# My Shop\n# 20260101-20260131\n# ------------\n\nDay Index,Users\n1/14/26,3\n",
            "# ------------\n# My Shop\n# Other words\n# 20260101-20260131\n# ------------\n\nDay Index,Users\n1/14/26,3\n1/15/26,\n",
        ],
        strangers: &[
            "Day Index,Users\n12/1/25,\"1,203\"\n12/13/25,950\n",
            "# ------------\n# All Web Site Data\n# 20251201-20251231\n# ------------\n\nDay Index,Sessions\n12/1/25,\"1,203\"\n12/13/25,950\n",
        ],
        values: &["Web Site", "20251201", "1,203"],
    }
    .check();
}

#[test]
fn units_below_names() {
    Kind {
        file: "sensor.csv",
        one: "time,temperature,humidity\n[s],[degC],[%]\n0,21.5,40\n60,21.75,41\n",
        siblings: &[
            "time,temperature,humidity\n[s],[degC],[%]\n0,22,40\n",
            "time,temperature,humidity\n[s],[degC],[%]\n0,22,40\n60,22,\n120,22,\n180,23.5,\n",
        ],
        strangers: &[
            "time,humidity,temperature\n[s],[%],[degC]\n0,40,21.5\n60,41,21.75\n",
            "time;temperature;humidity\n[s];[degC];[%]\n0;21,5;40\n60;21,75;41\n",
            "time,temperature,humidity\n[s],[degF],[%]\n0,70.5,40\n60,70.75,41\n",
        ],
        values: &["21.5"],
    }
    .check();
}

#[test]
fn units_below_names_and_above_kinds() {
    let file = |rows: &str, unit: &str| {
        format!(
            "\"TOA5\",\"station\",\"CR1000\",\"1234\"\n\"TIMESTAMP\",\"RECORD\",\"AirT_Avg\",\"Rain_Tot\"\n\"TS\",\"RN\",\"{unit}\",\"mm\"\n\"\",\"\",\"Avg\",\"Tot\"\n{rows}"
        )
    };
    let rows = "\"2024-01-01 00:00:00\",1,12.5,0\n\"2024-01-01 00:10:00\",2,12.75,0.5\n";
    Kind {
        file: "station.dat",
        one: &file(rows, "Deg C"),
        siblings: &[&file("\"2024-02-01 00:00:00\",9,2.5,1.5\n\"2024-02-01 00:10:00\",10,1,0\n\"2024-02-01 00:20:00\",11,1,0\n", "Deg C")],
        strangers: &[&file(rows, "Deg F")],
        values: &["12.5"],
    }
    .check();
}

#[test]
fn amounts_in_thousands() {
    let file = |title: &str| {
        format!("Revenue by year\n{title}\n\nYear,Revenue,Costs\n2023,120,80\n2024,130,90\n")
    };
    Kind {
        file: "revenue.csv",
        one: &file("(in thousands of USD)"),
        siblings: &[&file("In Thousands")],
        strangers: &[&file("(in millions of USD)"), &file("(in USD)")],
        values: &["120"],
    }
    .check();
}

#[test]
fn fields_with_several_values() {
    let file = |sprints: usize, points: &str, rows: &str| {
        let sprints = "Sprint,".repeat(sprints);
        format!("Summary,Issue key,Status,Created,{sprints}{points},Comment,Comment\n{rows}")
    };
    let points = "Custom field (Story Points)";
    let one = file(
        3,
        points,
        "Fix it,AB-1,Done,2024-01-05,S1,S2,,3.0,note,\nSee it,AB-2,Open,2024-01-06,S2,,,5.0,,\n",
    );
    let two = file(
        2,
        points,
        "Do it,AB-7,Done,2024-03-05,S4,,8.0,well,done\nAsk,AB-9,Open,2024-03-06,S4,,1.0,,\n",
    );
    let lone = file(
        1,
        points,
        "Do it,AB-7,Done,2024-03-05,S4,8.0,well,done\nAsk,AB-9,Open,2024-03-06,S4,1.0,,\n",
    );
    let other = one.replace(points, "Original Estimate");
    Kind {
        file: "jira.csv",
        one: &one,
        siblings: &[&two, &lone],
        strangers: &[&other],
        values: &["AB-1", "Fix it"],
    }
    .check();
}

#[test]
fn exports_without_a_row() {
    Kind {
        file: "n26.csv",
        one: "Date;Payee;Amount\n2024-01-02;Ada;-12,50\n2024-01-03;Bob;1.000,00\n",
        siblings: &["Date;Payee;Amount\n"],
        strangers: &["Date;Payee;Amount;Balance\n", "Date;Amount;Payee\n"],
        values: &["Ada"],
    }
    .check();
}

#[test]
fn frames_of_a_database() {
    Kind {
        file: "query.txt",
        one: "+----+------+-------+\n| id | name | price |\n+----+------+-------+\n|  1 | Ann  |  1.50 |\n|  2 | Bo   |  2.50 |\n+----+------+-------+\n2 rows in set (0.00 sec)\n",
        siblings: &[
            "+----+------+-------+\n| id | name | price |\n+----+------+-------+\n|  9 | Cy   |  7.00 |\n+----+------+-------+\n1 row in set (0.00 sec)\n",
            "+-----+--------+-------+\n| id  | name   | price |\n+-----+--------+-------+\n| 100 | Doro   |     7 |\n| 101 | Emilia |  NULL |\n| 102 | Fritz  |     8 |\n+-----+--------+-------+\n3 rows in set (0.10 sec)\n",
        ],
        strangers: &[
            "+----+-------+\n| id | price |\n+----+-------+\n|  1 |  1.50 |\n|  2 |  2.50 |\n+----+-------+\n2 rows in set (0.00 sec)\n",
            "id\tname\tprice\n1\tAnn\t1.50\n2\tBo\t2.50\n",
        ],
        values: &["Ann", "1.50", "rows in set"],
    }
    .check();
}

#[test]
fn output_of_commands() {
    Kind {
        file: "df.txt",
        one: "Filesystem      Size  Used Avail Use% Mounted on\n/dev/sda1        50G   20G   30G  40% /\ntmpfs           7.8G     0  7.8G   0% /dev/shm\n",
        siblings: &[
            "Filesystem      Size  Used Avail Use% Mounted on\n/dev/nvme0n1p2  450G  200G  250G  45% /\n",
            "Filesystem      Size  Used Avail Use% Mounted on\n/dev/nvme0n1p2  450G  200G  250G  45% /\ntmpfs            16G     0   16G   0% /run user\n/dev/x  5M 5M 0 100% /snap/a b\n",
        ],
        strangers: &[
            "Filesystem     Inodes IUsed IFree IUse% Mounted on\n/dev/sda1        50M   20M   30M  40% /\n",
            "Size  Used Avail Use% Filesystem\n50G   20G   30G  40% /dev/sda1\n",
        ],
        values: &["sda1", "50G", "tmpfs"],
    }
    .check();
}

#[test]
fn logs_of_servers() {
    let fields = "#Software: IIS 10.0\n#Date: 2025-12-31 00:00:00\n#Fields: date time s-ip cs-method cs-uri-stem sc-status time-taken\n";
    let one = format!(
        "{fields}2025-12-31 00:00:01 10.0.0.1 GET /index.html 200 15\n2025-12-31 00:00:02 10.0.0.1 POST /login 302 3\n"
    );
    let sibling = format!("{fields}2026-01-01 00:00:01 10.0.0.2 GET / 404 0\n");
    let second = format!(
        "{}{fields}2026-01-01 00:00:01 10.0.0.2 GET / 404 0\n",
        sibling
    );
    Kind {
        file: "u_ex251231.log",
        one: &one,
        siblings: &[&sibling, &second],
        strangers: &[
            &one.replace("sc-status time-taken", "time-taken sc-status"),
            "2025-12-31 00:00:01 10.0.0.1 GET /index.html 200 15\n2025-12-31 00:00:02 10.0.0.1 POST /login 302 3\n",
        ],
        values: &["index.html", "10.0.0.1"],
    }
    .check();
    Kind {
        file: "controller.log",
        one: "I1231 10:00:00.123456       1 main.go:12] Starting controller\nE1231 10:00:02.123456       1 sync.go:99] failed to sync \"ns/pod\"\n",
        siblings: &[
            "I0101 00:00:00.000001       7 server.go:1] Listening on :8080\nI0101 00:00:00.000001       7 server.go:1] Ready\n",
            "W0101 00:00:00.000001       7 server.go:1] it is late: 3 pods, 2 nodes\n",
        ],
        strangers: &[
            "[Wed Dec 31 10:00:00.123456 2025] [core:error] [pid 12:tid 13] Invalid URI\n[Wed Dec 31 10:00:00.123456 2025] [core:error] [pid 12:tid 13] Invalid URI\n",
            "2025-12-31T10:00:00.123456789Z stdout F hello world\n2025-12-31T10:00:00.123456789Z stdout F bye\n",
        ],
        values: &["controller", "main.go", "ns/pod"],
    }
    .check();
}

#[test]
fn messages_without_levels() {
    Kind {
        file: "door.log",
        one: "2025-12-31 10:00:00 user alice came in by door 3\n2025-12-31 10:00:01 user bob went out by door 4\n",
        siblings: &[
            "2026-01-01 10:00:00 user carol came in by door 9\n2026-01-01 10:00:00 door 3 is open\n2026-01-01 10:00:00 door 3 is closed by the wind, once more\n",
            "2026-01-01 10:00:00 nothing\n2026-01-01 10:00:01 nothing new\n",
        ],
        strangers: &[
            "31/Dec/2025 10:00:00 user alice came in by door 3\n31/Dec/2025 10:00:01 user bob went out by door 4\n",
            "2025-12-31T10:00:00 user alice came in by door 3\n2025-12-31T10:00:01 user bob went out by door 4\n",
        ],
        values: &["alice", "door"],
    }
    .check();
}

#[test]
fn features_on_a_map() {
    let feature = |x: &str, more: &str| {
        format!(
            "{{\"type\":\"Feature\",\"geometry\":{{\"type\":\"Point\",\"coordinates\":[{x},52.5]}},\"properties\":{{{more}}}}}"
        )
    };
    let all = |features: &[String]| {
        format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[{}]}}",
            features.join(",")
        )
    };
    let one = all(&[
        feature("13.4", "\"name\":\"Berlin\",\"pop\":3600000"),
        feature("2.3", "\"name\":\"Paris\",\"pop\":2100000"),
    ]);
    let sibling = all(&[feature("10", "\"pop\":700000.5,\"name\":\"Oslo\"")]);
    let second = all(&vec![feature("10", "\"pop\":null,\"name\":\"Oslo\""); 1]);
    Kind {
        file: "cities.geojson",
        one: &one,
        siblings: &[&sibling, &second.replace("null", "5")],
        strangers: &[
            &all(&[feature("10", "\"mag\":4.5,\"place\":\"x\"")]),
            &one.replace("properties", "attributes"),
        ],
        values: &["Berlin", "3600000"],
    }
    .check();
}

#[test]
fn boxes_of_facts() {
    let page = |capital: &str, area: &str| {
        format!(
            "<!DOCTYPE html><html><body><table><tr><th>Capital</th><td>{capital}</td></tr><tr><th>Area</th><td>{area}</td></tr></table></body></html>"
        )
    };
    Kind {
        file: "country.html",
        one: &page("Berlin", "357,000"),
        siblings: &[&page("Paris", "550,000"), &page("Oslo", "385207.5")],
        strangers: &[
            &page("Berlin", "357,000").replace("Capital", "Largest city"),
            "<!DOCTYPE html><html><body><ul><li>Berlin</li></ul></body></html>",
        ],
        values: &["Berlin", "357,000"],
    }
    .check();
}

#[test]
fn settings_and_calendars() {
    Kind {
        file: "server.ini",
        one: "[server]\nhost = a.example\nport = 80\n[db]\nurl = x\n",
        siblings: &[
            "[server]\nhost = b.example\nport = 8080\n[db]\nurl = yy\n",
            "[server]\nhost=b\nport=81\n[db]\nurl=yy\n",
        ],
        strangers: &[
            "[server]\nhost = a.example\nuser = 80\n[db]\nurl = x\n",
            "[client]\nhost = a.example\nport = 80\n[db]\nurl = x\n",
        ],
        values: &["a.example"],
    }
    .check();
    let event = |day: u32, name: &str| {
        format!("BEGIN:VEVENT\nDTSTART:202512{day}T100000Z\nSUMMARY:{name}\nEND:VEVENT\n")
    };
    let calendar = |events: &str| format!("BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n");
    Kind {
        file: "party.ics",
        one: &calendar(&event(31, "Party")),
        siblings: &[
            &calendar(&event(30, "Sleep, long")),
            &calendar(&event(24, "Eve")),
        ],
        strangers: &[
            "BEGIN:VCARD\nVERSION:3.0\nFN:Jane Doe\nEND:VCARD\n",
            &calendar(&event(31, "Party")).replace("DTSTART", "DUE"),
        ],
        values: &["Party", "20251231"],
    }
    .check();
}

#[test]
fn two_columns_between_bars() {
    let table = |rows: &str| format!("| Price | Day |\n|---|---|\n{rows}");
    Kind {
        file: "prices.md",
        one: &table("| 0.50 | 2024-01-01 |\n| 1000.50 | 2024-01-02 |\n"),
        siblings: &[
            &table("| 7 | 2025-01-01 |\n"),
            &table("| 7.25 | 2025-01-01 |\n|  | 2025-01-02 |\n| 3 | 2025-01-03 |\n"),
        ],
        strangers: &[
            &table("| 0,50 | 2024-01-01 |\n| 1000,50 | 2024-01-02 |\n"),
            &table("| 0.50 | 31/01/2024 |\n| 1000.50 | 30/01/2024 |\n"),
        ],
        values: &["0.50", "2024-01-01"],
    }
    .check();
}

#[test]
fn whole_numbers_between_semicolons() {
    Kind {
        file: "amounts.csv",
        one: "day;amount\n2024-01-01;0,50\n2024-01-02;1,50\n",
        siblings: &[
            "day;amount\n2024-01-01;0\n2024-01-02;1\n",
            "day;amount\n2024-01-01;\n2024-01-02;12,5\n",
        ],
        strangers: &[
            "day;amount\n2024-01-01;0.50\n2024-01-02;1.50\n",
            "amount;day\n0,50;2024-01-01\n1,50;2024-01-02\n",
        ],
        values: &["0,50"],
    }
    .check();
}
