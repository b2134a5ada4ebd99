//! Samples for prompts: head, tail, odd rows, within a budget, without secrets.

use salami_author::input::{Input, Sample, mask};

fn sample(name: &str, text: &str, budget: usize) -> Sample {
    Input::from_bytes(Some(name), text.as_bytes().to_vec(), None)
        .expect("an input")
        .sample(budget)
}

fn table(rows: u32) -> String {
    let mut text = String::from("id,name,amount,day\n");
    for row in 1..=rows {
        text.push_str(&format!("{row},customer,{row}.50,2025-12-01\n"));
    }
    text
}

#[test]
fn a_small_input_is_shown_whole_with_its_numbers() {
    let sample = sample("a.csv", "a,b\n1,\"x\ny\"\n3,4\n", 1000);
    assert!(sample.is_whole);
    assert_eq!(sample.text, "1| a,b\n2| 1,\"x\n | y\"\n4| 3,4");
    assert!(
        sample
            .notes
            .iter()
            .any(|note| note.contains("not part of the input"))
    );
}

#[test]
fn a_small_document_is_shown_as_it_is() {
    let text = "{\"a\":\n [1, 2]}";
    let sample = sample("a.json", text, 1000);
    assert_eq!(sample.text, text);
    assert!(sample.is_whole);
    assert!(sample.notes.is_empty(), "{:?}", sample.notes);
}

#[test]
fn head_tail_and_odd_rows_of_a_large_table() {
    let mut lines: Vec<String> = table(3000).lines().map(str::to_owned).collect();
    lines[700] = "700,customer,\"1.234,56\",2025-12-01".to_owned();
    lines[1400] = "1400,customer,1.50".to_owned();
    lines[2000] = "2000,Zoë,1.50,2025-12-01".to_owned();
    lines[2200] = "2200,,1.50,2025-12-01".to_owned();
    lines[2400] = "Total,,99999.50,".to_owned();
    lines[2500] = "2500,customer,(7.50),2025-12-01".to_owned();
    lines[2600] = "2600,customer,n/a,01.12.2025".to_owned();
    let sample = sample("a.csv", &(lines.join("\n") + "\n"), 3000);
    assert!(!sample.is_whole);
    assert!(sample.text.chars().count() <= 3000, "{}", sample.text.len());
    for shown in [
        "   1| id,name,amount,day",
        "   2| 1,customer",
        "3001| 3000,customer",
        " 701| 700,",
        "1401| 1400,",
        "2001| 2000,Zoë",
        "2201| 2200,,",
        "2401| Total",
        "2501| 2500,customer,(7.50)",
        "2601| 2600",
    ] {
        assert!(sample.text.contains(shown), "{shown}:\n{}", sample.text);
    }
    assert!(sample.text.contains(" are left out]"));
    let notes = sample.notes.join("\n");
    assert!(notes.contains("1401: another number of cells"), "{notes}");
    assert!(notes.contains("2401: it seems to be a total"), "{notes}");
}

#[test]
fn each_budget_is_kept() {
    let json = format!(
        "{{\"meta\": 1, \"items\": [{}]}}",
        vec!["{\"id\": 1, \"text\": \"some words\"}"; 2000].join(", ")
    );
    let xml = format!(
        "<all><head>1</head>{}</all>",
        "<row><a>1</a><b>text</b></row>".repeat(2000)
    );
    let html = format!(
        "<html><script>{}</script><table>{}</table></html>",
        "x();".repeat(5000),
        "<tr><td>1</td><td>2</td></tr>".repeat(500)
    );
    let log = "2025-12-31 10:00:00 INFO a message\n".repeat(5000);
    let line = "word ".repeat(50_000);
    for (name, text) in [
        ("a.csv", table(5000)),
        ("a.json", json),
        ("a.xml", xml),
        ("a.html", html),
        ("a.log", log),
        ("a.txt", line),
    ] {
        for budget in [400, 1000, 4000, 20_000] {
            let sample = sample(name, &text, budget);
            let size = sample.text.chars().count();
            // Lines that say what is left out come on top.
            assert!(
                size <= budget + budget / 4 + 200,
                "{name}: {size} of {budget}"
            );
            assert!(
                size >= budget / 3,
                "{name}: {size} of {budget}:\n{}",
                sample.text
            );
            assert!(!sample.is_whole);
            assert!(sample.text.contains("left out]"), "{name}");
        }
    }
}

#[test]
fn items_of_documents_have_their_numbers() {
    let mut items: Vec<String> = (1..=500)
        .map(|id| format!("{{\n  \"id\": {id},\n  \"name\": \"item\"\n}}"))
        .collect();
    items[250] = "{\"id\": 251, \"name\": null, \"extra\": true}".to_owned();
    let text = format!(
        "{{\"count\": 500, \"items\": [{}], \"end\": 1}}",
        items.join(",")
    );
    let sample = sample("a.json", &text, 2000);
    assert!(
        sample.text.contains("  1| {\"id\": 1, \"name\": \"item\"}"),
        "{}",
        sample.text
    );
    assert!(
        sample.text.contains("251| {\"id\": 251, "),
        "{}",
        sample.text
    );
    assert!(sample.text.contains("500| {"), "{}", sample.text);
    assert!(sample.text.contains("\"count\": 500"));
    assert!(sample.text.contains("\"end\": 1"));
}

#[test]
fn samples_are_the_same_each_time() {
    let text = table(4000);
    assert_eq!(sample("a.csv", &text, 2000), sample("a.csv", &text, 2000));
}

#[test]
fn secrets_are_masked_and_keep_their_length() {
    for (text, secret) in [
        (
            "key sk_live_4eC39HqLyjWDarjtT1zdp7dc end",
            "4eC39HqLyjWDarjtT1zdp7dc",
        ),
        (
            "key sk-proj-abcdEFGH1234567890abcd end",
            "abcdEFGH1234567890abcd",
        ),
        (
            "token ghp_0123456789abcdefghijABCDEFGHIJ012345",
            "0123456789abcdefghijABCDEFGHIJ012345",
        ),
        ("id AKIAIOSFODNN7EXAMPLE", "IOSFODNN7EXAMPLE"),
        ("Authorization: Bearer abcdef1234567890", "abcdef1234567890"),
        (
            "Authorization: Basic dXNlcjpwYXNzd29yZA==",
            "dXNlcjpwYXNzd29yZA==",
        ),
        ("postgres://bob:hunter22@db.example/x", "hunter22"),
        ("password=hunter22&x=1", "hunter22"),
        ("{\"api_key\": \"abc123xyz\"}", "abc123xyz"),
        ("{\"clientSecret\":\"abc123xyz\"}", "abc123xyz"),
        ("PASSWORD: hunter22", "hunter22"),
        ("<password>hunter22</password>", "hunter22"),
        ("API key: abc123xyz", "abc123xyz"),
        ("access_token=abc.def.ghi", "abc.def.ghi"),
        (
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
            "eyJzdWIiOiIxIn0",
        ),
        ("card 4111 1111 1111 1111 exp", "4111 1111 1111 1111"),
        ("card 378282246310005.", "378282246310005"),
        ("card,5555555555554444,x", "5555555555554444"),
        (
            "write to jane.doe+x@mail.example.com.",
            "jane.doe+x@mail.example.com",
        ),
        ("IBAN DE89370400440532013000", "89370400440532013000"),
        (
            "IBAN GB82 WEST 1234 5698 7654 32",
            "82 WEST 1234 5698 7654 32",
        ),
        (
            "aws wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "wJalrXUtnFEMI",
        ),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\nxyz=\n-----END RSA PRIVATE KEY-----",
            "MIIEabc",
        ),
    ] {
        let masked = mask(text);
        assert!(!masked.text.contains(secret), "{text} -> {}", masked.text);
        assert!(masked.count >= 1);
        assert_eq!(
            masked.text.chars().count(),
            text.chars().count(),
            "{}",
            masked.text
        );
    }
    assert_eq!(mask("ana@mail.org and 12").text, "xxx@xxxx.xxx and 12");
    assert_eq!(
        mask("card 4111-1111-1111-1111").text,
        "card 0000-0000-0000-0000"
    );
}

#[test]
fn what_is_no_secret_stays() {
    for text in [
        "prompt_tokens: 12, max_tokens=100, token_count: 7",
        "\"token_type\": \"bearer\"",
        "password: null, secret=false",
        "order 1234567890123456 at 1767225600000",
        "550e8400-e29b-41d4-a716-446655440000",
        "d41d8cd98f00b204e9800998ecf8427e",
        "/usr/local/lib/Python3/site-packages/Some/Path/File9.py",
        "https://example.org/path?page=2#top",
        "com.example.shop.OrderServiceFactoryBean123",
        "at 12:30:00 key: value",
        "Failed password for root from 203.0.113.7",
        "3.1415926535897932384626",
        "@decorator and user@host",
        "",
    ] {
        assert_eq!(mask(text).text, text);
        assert_eq!(mask(text).count, 0);
    }
}

#[test]
fn samples_have_no_secrets() {
    let text = "user,password,email,note\nana,hunter22,ana@mail.org,ok\nbob,\"pa,ss1\",bob@mail.org,call sk_live_4eC39HqLyjWDarjtT1zdp7dc\n";
    let sample = sample("a.csv", text, 2000);
    for secret in ["hunter22", "pa,ss1", "ana@mail.org", "4eC39HqL"] {
        assert!(!sample.text.contains(secret), "{secret}: {}", sample.text);
    }
    assert!(sample.text.contains("user,password,email,note"));
    assert!(
        sample.text.contains("2| ana,xxxxxx00,xxx@xxxx.xxx,ok"),
        "{}",
        sample.text
    );
    assert!(sample.notes.iter().any(|note| note.contains("secret")));
}

#[test]
fn keys_over_many_lines_are_hidden_in_parts() {
    let mut text = String::from("config begins\n-----BEGIN PRIVATE KEY-----\n");
    for _ in 0..400 {
        text.push_str("abcdefghij short line\n");
    }
    text.push_str("-----END PRIVATE KEY-----\nconfig ends\n");
    let sample = sample("a.txt", &text, 1500);
    assert!(!sample.text.contains("abcdefghij"), "{}", sample.text);
    assert!(sample.text.contains("config ends"));
}

#[test]
fn quoted_rows_have_no_secrets() {
    let text = "user,password\nana,hunter22\n";
    let input = Input::from_bytes(Some("a.csv"), text.as_bytes().to_vec(), None).expect("an input");
    let row = input.rows().expect("rows").by_number(2).expect("a row");
    assert_eq!(input.quoted(&row), "ana,xxxxxx00");
}

#[test]
fn rows_of_small_pages_have_their_numbers() {
    let sample = sample(
        "a.html",
        "<html><h1>A</h1><table><tr><td>1</td></tr></table><h2>B</h2><table><tr><td>2</td></tr></table></html>",
        2000,
    );
    assert!(sample.is_whole);
    assert_eq!(
        sample.text,
        "[before the items]\n<html><h1>A</h1><table>\n1| <tr><td>1</td></tr>\n | </table><h2>B</h2><table>\n2| <tr><td>2</td></tr>\n[behind the items]\n</table></html>"
    );
}

#[test]
fn what_cannot_be_seen_in_a_sample_is_said() {
    let notes = |text: &str| {
        let input = Input::from_bytes(Some("a.csv"), text.into(), None).expect("an input");
        input.sample(10_000).notes.join("\n")
    };
    let usual = notes(
        "day,amount,account\n2024-01-02,\"1,776.25\",Cash\n2024-01-03,2.50,Cash\n2024-01-04,3.50,Cash\n",
    );
    assert!(
        !usual.contains("more cells") && !usual.contains("blanks"),
        "{usual}"
    );
    let ragged = notes(
        "day,amount,account\n2024-01-02,$1,776.25,Cash\n2024-01-03,2.50,Cash\n2024-01-04,3.50,Cash\n",
    );
    assert!(
        ragged.contains("Row 2 has more cells than there are names of columns"),
        "{ragged}"
    );
    let spaced = notes("day;amount\n2024-01-02;1\u{a0}776,25\n2024-01-03;2,50\n");
    assert!(spaced.contains("no-break spaces (`\\xa0`)"), "{spaced}");
}
