//! Shapes of logs and other text.

mod kinds;

use kinds::Kind;

#[test]
fn nginx() {
    Kind {
        file: "access.log",
        one: r#"203.0.113.7 - - [31/Dec/2025:10:00:01 +0000] "GET /index.html HTTP/1.1" 200 612 "-" "Mozilla/5.0 (X11; Linux)"
203.0.113.9 - alice [31/Dec/2025:10:00:02 +0000] "POST /login HTTP/1.1" 302 0 "https://example.org/" "curl/8.0"
203.0.113.7 - - [31/Dec/2025:10:00:03 +0000] "GET /logo.png HTTP/1.1" 304 - "-" "Mozilla/5.0 (X11; Linux)"
"#,
        siblings: &[
            r#"198.51.100.2 - bob [01/Jan/2026:00:00:01 +0100] "DELETE /x HTTP/2.0" 500 12 "-" "python-requests/2.31"
"#,
            r#"2001:db8::1 - - [01/Jan/2026:00:00:01 +0100] "GET / HTTP/2.0" 200 12 "https://a.example/" "x"
198.51.100.2 - - [01/Jan/2026:00:00:02 +0100] "" 400 0 "-" "-"
"#,
        ],
        strangers: &[
            // The common format has no referrer and no agent.
            "203.0.113.7 - - [31/Dec/2025:10:00:01 +0000] \"GET / HTTP/1.1\" 200 612\n203.0.113.8 - - [31/Dec/2025:10:00:02 +0000] \"GET /a HTTP/1.1\" 200 12\n",
            "2025/12/31 10:00:01 [error] 12#12: *1 open() \"/x\" failed (2: No such file or directory)\n2025/12/31 10:00:02 [warn] 12#12: *2 slow\n",
        ],
        values: &["alice", "index.html", "203.0.113.7", "Mozilla"],
    }
    .check();
}

#[test]
fn syslog() {
    Kind {
        file: "syslog",
        one: "Dec 31 10:00:01 host1 sshd[812]: Failed password for root from 203.0.113.7 port 22 ssh2
Dec 31 10:00:03 host1 CRON[900]: (root) CMD (run-parts /etc/cron.hourly)
Dec 31 10:00:04 host1 kernel: eth0: link up
",
        siblings: &[
            "Jan  3 00:00:01 db-7 systemd[1]: Started Daily apt upgrade.\nJan  3 00:00:02 db-7 systemd[1]: Started x.\n",
            "Jan 13 00:00:01 mail postfix/smtpd[77]: connect from unknown[198.51.100.4]\n",
        ],
        strangers: &[
            "2025-12-31T10:00:01.123456+00:00 host1 sshd[812]: Failed password for root\n2025-12-31T10:00:02.123456+00:00 host1 kernel: eth0: link up\n",
            "<34>1 2025-12-31T10:00:01Z host1 su - ID47 - failed for root\n<34>1 2025-12-31T10:00:02Z host1 su - ID47 - failed for bob\n",
        ],
        values: &["sshd", "host1", "root", "eth0"],
    }
    .check();
}

#[test]
fn application_log() {
    Kind {
        file: "app.log",
        one: "2025-12-31 10:00:01,123 INFO [main] app.server - Started in 1.2 seconds
2025-12-31 10:00:02,004 INFO [worker-1] app.users - User alice logged in
2025-12-31 10:00:03,900 WARNING [worker-2] app.users - User bob, who is unknown, failed
",
        siblings: &[
            "2026-01-01 00:00:00,000 ERROR [main] app.disk - No space left\n",
            "2026-01-01 00:00:00,000 DEBUG [io] app.mail - Sent 3 mails, 1 failed\n2026-01-01 00:00:00,010 INFO [io] app.users - User carol logged out\n2026-01-01 00:00:01,010 INFO [io] app.users - User dora logged in\n",
        ],
        strangers: &[
            "INFO:root:Started\nWARNING:app:User bob failed\nINFO:app:Done\n",
            "31.12.2025 10:00:01 INFO [main] app.server - Started\n31.12.2025 10:00:02 INFO [main] app.server - Stopped\n",
        ],
        values: &["alice", "worker", "Started", "app.users"],
    }
    .check();
}

#[test]
fn logfmt() {
    Kind {
        file: "out.log",
        one: "ts=2025-12-31T10:00:00Z level=info msg=\"request done\" path=/a status=200 ms=12\nts=2025-12-31T10:00:01Z level=error msg=\"request failed\" path=/b status=500 ms=99 err=\"no route\"\nts=2025-12-31T10:00:01Z level=info msg=ok path=/b status=200 ms=9\n",
        siblings: &[
            "ts=2026-01-31T10:00:00Z level=warn msg=slow path=/zzz status=200 ms=4000\n",
            "ts=2026-01-31T10:00:00Z level=info msg=x path=/ status=200 ms=4\nts=2026-01-31T10:00:09Z level=info msg=\"y z\" path=/ status=404 ms=1\n",
        ],
        strangers: &[
            "time=2025-12-31T10:00:00Z lvl=info msg=\"request done\" path=/a status=200 ms=12\n",
            "ts=2025-12-31T10:00:00Z level=info msg=\"request done\" path=/a code=200 ms=12\n",
        ],
        values: &["request", "no route", "500"],
    }
    .check();
}

#[test]
fn stack_traces() {
    let trace = "\tat com.example.Shop.pay(Shop.java:42)\n\tat com.example.Main.main(Main.java:7)\nCaused by: java.io.IOException: disk full\n\tat com.example.Disk.write(Disk.java:1)\n\t... 2 more\n";
    let one = format!(
        "2025-12-31 10:00:01 ERROR Shop - payment failed\njava.lang.IllegalStateException: no card\n{trace}2025-12-31 10:00:05 ERROR Shop - payment failed again\n{trace}"
    );
    let sibling = format!("2026-01-01 10:00:01 ERROR Cart - it is empty\n{trace}");
    let second = sibling.repeat(4);
    let other = one.replace("2025-12-31 10", "2025-12-31T10");
    Kind {
        file: "error.log",
        one: &one,
        siblings: &[
            &sibling,
            &second,
            "2026-01-01 10:00:01 ERROR Cart - it is empty\n2026-01-01 10:00:01 INFO Cart - it is full\n",
        ],
        strangers: &[&other, &one.replace("2025-12-31 10", "31.12.2025 10")],
        values: &["payment", "com.example", "disk full"],
    }
    .check();
}

#[test]
fn json_log() {
    Kind {
        file: "journal.json",
        one: "{\"__REALTIME_TIMESTAMP\": \"1767225600000000\", \"_HOSTNAME\": \"web\", \"PRIORITY\": \"6\", \"MESSAGE\": \"Started\", \"_PID\": \"1\"}\n{\"__REALTIME_TIMESTAMP\": \"1767225600000001\", \"_HOSTNAME\": \"web\", \"PRIORITY\": \"3\", \"MESSAGE\": \"Failed\", \"_PID\": \"77\"}\n",
        siblings: &[
            "{\"PRIORITY\": \"6\", \"__REALTIME_TIMESTAMP\": \"1767225600000000\", \"_HOSTNAME\": \"db\", \"MESSAGE\": \"x\", \"_PID\": \"4\"}\n{\"__REALTIME_TIMESTAMP\": \"1767225600000001\", \"_HOSTNAME\": \"db\", \"PRIORITY\": \"3\", \"MESSAGE\": \"y\", \"_PID\": \"7\"}\n",
            "{\"__REALTIME_TIMESTAMP\": \"1767225600000000\", \"_HOSTNAME\": \"db\", \"PRIORITY\": \"6\", \"MESSAGE\": \"12\", \"_PID\": \"4\"}\n{\"__REALTIME_TIMESTAMP\": \"1767225600000000\", \"_HOSTNAME\": \"db\", \"PRIORITY\": \"6\", \"MESSAGE\": \"12\", \"_PID\": \"4\"}\n{\"__REALTIME_TIMESTAMP\": \"1767225600000000\", \"_HOSTNAME\": \"db\", \"PRIORITY\": \"6\", \"MESSAGE\": \"12\", \"_PID\": \"4\"}\n",
        ],
        strangers: &[
            "{\"time\": \"1767225600000000\", \"host\": \"web\", \"priority\": \"6\", \"message\": \"Started\"}\n{\"time\": \"1767225600000000\", \"host\": \"web\", \"priority\": \"6\", \"message\": \"Started\"}\n",
            "[{\"__REALTIME_TIMESTAMP\": \"1767225600000000\", \"_HOSTNAME\": \"web\", \"PRIORITY\": \"6\", \"MESSAGE\": \"Started\", \"_PID\": \"1\"}]",
        ],
        values: &["Started", "web", "1767225600000000"],
    }
    .check();
}

#[test]
fn markdown_table() {
    Kind {
        file: "notes.md",
        one: "| Name | Qty | Price |\n|------|----:|------:|\n| Apple | 3 | 1.20 |\n| Pear | 5 | 0.80 |\n",
        siblings: &[
            "| Name | Qty | Price |\n|---|---|---|\n| Plum | 1 | 2 |\n",
            "| Name | Qty | Price |\n|------|----:|------:|\n| Fig |  | 4.25 |\n| Kiwi | 2 | |\n| Lime | 2 | 1 |\n",
        ],
        strangers: &[
            "| Name | Price | Qty |\n|------|----:|------:|\n| Apple | 1.20 | 3 |\n| Pear | 0.80 | 5 |\n",
            "Name,Qty,Price\nApple,3,1.20\nPear,5,0.80\n",
        ],
        values: &["Apple", "Pear", "1.20"],
    }
    .check();
}

#[test]
fn piped_table() {
    Kind {
        file: "extract.txt",
        one: "CUSTOMER_ID|NAME|BALANCE|OPENED\n1001|Ann Lee|12.50|2025-12-01\n1002|Bo Ray|1000.00|2025-12-02\n1003|Cy Fox|0.01|2025-12-03\n",
        siblings: &[
            "CUSTOMER_ID|NAME|BALANCE|OPENED\n7|Di Ash|5|2026-01-01\n",
            "CUSTOMER_ID|NAME|BALANCE|OPENED\n7|Di Ash||2026-01-01\n8|Ed Oak||2026-01-01\n",
        ],
        strangers: &[
            "CUSTOMER_ID;NAME;BALANCE;OPENED\n1001;Ann Lee;12.50;2025-12-01\n1002;Bo Ray;1000.00;2025-12-02\n",
            "CUSTOMER_ID|NAME|BALANCE|OPENED|CLOSED\n1001|Ann Lee|12.50|2025-12-01|\n1002|Bo Ray|1000.00|2025-12-02|\n",
        ],
        values: &["Ann Lee", "1001", "1000.00"],
    }
    .check();
}

#[test]
fn tabs() {
    Kind {
        file: "genes.tsv",
        one: "gene\tchromosome\tstart\tscore\nBRCA1\t17\t43044295\t0.99\nTP53\t17\t7661779\t0.5\n",
        siblings: &[
            "gene\tchromosome\tstart\tscore\nEGFR\tX\t55019017\t1\n",
            "gene\tchromosome\tstart\tscore\nEGFR\t7\t55019017\t\nMYC\t8\t127735434\t\n",
        ],
        strangers: &[
            "gene\tstart\tchromosome\tscore\nBRCA1\t43044295\t17\t0.99\nTP53\t7661779\t17\t0.5\n",
            "gene,chromosome,start,score\nBRCA1,17,43044295,0.99\nTP53,17,7661779,0.5\n",
        ],
        values: &["BRCA1", "TP53", "43044295"],
    }
    .check();
}

#[test]
fn columns_between_gaps() {
    Kind {
        file: "report.txt",
        one: "Account     Holder         Balance\n----------  -------------  --------\nA-100       Jane Doe       1200.50\nA-101       John Smith       13.00\nA-102       Ann Lee           7.25\n",
        siblings: &[
            "Account     Holder         Balance\n----------  -------------  --------\nB-777       Max Muster         500\nB-778       Moni Muster        501\n",
            "Account     Holder         Balance\n----------  -------------  --------\nB-777       Max Muster       0.25\nB-778       Moni Muster      0.50\nB-779       Mo Muster        0.75\nB-780       Mia Muster       1.00\n",
        ],
        strangers: &[
            "Holder         Account     Balance\n-------------  ----------  --------\nJane Doe       A-100       1200.50\nJohn Smith     A-101         13.00\n",
            "Account     Holder         Balance\n----------  -------------  --------\nA-100       Jane Doe       1200,50\nA-101       John Smith       13,00\n",
        ],
        values: &["Jane Doe", "A-100", "1200.50"],
    }
    .check();
}

#[test]
fn brackets_that_some_lines_have() {
    let file = |with: usize| -> String {
        (0..20)
            .map(|line| {
                let client = if line < with { "[client 10.0.0.1:443] " } else { "" };
                format!("[Fri Jan 05 10:00:{line:02}.123 2024] [core:error] [pid 35708] {client}File does not exist\n")
            })
            .collect()
    };
    Kind {
        file: "error.log",
        one: &file(18),
        siblings: &[&file(20), &file(10), &file(1)],
        strangers: &[
            "2024-01-05 10:00:00 ERROR File does not exist\n2024-01-05 10:00:01 ERROR No file\n",
        ],
        values: &["35708", "10.0.0.1"],
    }
    .check();
}

#[test]
fn text_without_labels() {
    let reports = |unit: &str, station: &str, count: u32| -> String {
        (1..=count)
            .map(|hour| {
                format!(
                    "METAR {station} 0512{hour:02}Z 2401{}{unit} 9999 FEW030 0{hour}/M02 Q1013\n",
                    hour % 10
                )
            })
            .collect()
    };
    let story = |night: &str| {
        format!("It was a {night} night.\nNobody was there but the two of them.\nThey had 3 apples and an egg.\n").repeat(5)
    };
    Kind {
        file: "reports.txt",
        one: &reports("KT", "EDDF", 20),
        siblings: &[
            &reports("KT", "LSZH", 9),
            &(reports("KT", "LOWW", 30) + "No more reports.\n"),
        ],
        strangers: &[&reports("MPS", "UUEE", 20), &story("dark")],
        values: &["EDDF", "Q1013"],
    }
    .check();
    Kind {
        file: "story.txt",
        one: &story("dark"),
        siblings: &[&(story("mild") + "And 7 more came.\n")],
        strangers: &[&reports("KT", "EDDF", 20)],
        values: &["night"],
    }
    .check();
}

#[test]
fn labels_in_any_order() {
    let entry = |number: usize, labels: &[&str]| {
        let labels: String = labels
            .iter()
            .map(|label| format!("{label} = x{number}\n"))
            .collect();
        format!("@article{{k{number},\n{labels}}}\n\n")
    };
    let one = entry(1, &["author", "title", "year"])
        + &entry(2, &["author", "title", "year", "abstract"]);
    let other = entry(3, &["title", "abstract", "author", "year"])
        + &entry(4, &["author", "title", "year"]);
    Kind {
        file: "library.bib",
        one: &one,
        siblings: &[&other],
        strangers: &[&entry(1, &["creator", "name"])],
        values: &["k1", "x2"],
    }
    .check();
}

#[test]
fn labelled_text() {
    Kind {
        file: "invoice.txt",
        one: "ACME Ltd.\nInvoice No: 2025-77\nDate: 31.12.2025\nCustomer: Jane Doe\nTotal: 1.234,50\nThank you.\n",
        siblings: &[
            "ACME Ltd.\nInvoice No: 2026-01\nDate: 02.01.2026\nCustomer: Bob Ray\nTotal: 20,00\nThank you.\n",
            "ACME Ltd.\nInvoice No: 2026-02\nDate: 13.01.2026\nCustomer: Al Oak\nTotal: 3,99\nThank you, and come again.\n",
        ],
        strangers: &[
            "ACME Ltd.\nInvoice No: 2025-77\nDue date: 31.12.2025\nCustomer: Jane Doe\nTotal: 1.234,50\nThank you.\n",
            "ACME Ltd.\nInvoice No: 2025-77\nDate: 2025-12-31\nCustomer: Jane Doe\nTotal: 1234.50\nThank you.\n",
        ],
        values: &["Jane Doe", "ACME", "1.234,50"],
    }
    .check();
}
