//! The tool `sql` with a real SQLite file and a real Postgres server, as a `salami.toml` connects it.

mod server;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use salami_process::{Call, Effect, Outcome, Step, Tools};
use salami_tools::{Surroundings, configured};
use serde_json::{Value, json};

/// A folder of a test, which goes with it.
struct Folder(PathBuf);

static FOLDERS: AtomicU64 = AtomicU64::new(0);

impl Folder {
    fn new() -> Self {
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let name = format!("salami-sql-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Surroundings for Folder {
    fn variable(&self, name: &str) -> Option<String> {
        (name == "SHOP_PASSWORD").then(|| "s3cr3t-word".to_owned())
    }

    fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|error| error.to_string())
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }
}

/// The same table in both databases.
const TABLE: &str = "
create table invoices (id integer primary key, customer text not null, amount numeric(10, 2) not null, days integer not null, paid boolean not null default false, note text);
insert into invoices (id, customer, amount, days, note) values
  (1, 'Ada', 10.50, 40, null), (2, 'Bob', 20.00, 10, 'first'), (3, 'Zoë ''Z''', 30.25, 90, 'second');
create table seen (call text primary key);
";

/// The same statements for both.
const STATEMENTS: &str = r#"
description = "invoices(id, customer, amount, days, paid, note)"
max_rows = 100
timeout = 5

[tools.sql.statements.overdue]
description = "Invoices that are open for longer than so many days."
sql = "select customer, amount, days, paid, note from invoices where days > :days order by id;"
parameters = ["days: int = 30"]
columns = ["customer: str", "amount: float", "days: int", "paid: bool", "note: str | None"]

[tools.sql.statements.pay]
sql = "update invoices set paid = true where id = :id"
effect = "undoable"
undo = "unpay"
parameters = ["id: int"]

[tools.sql.statements.unpay]
sql = "update invoices set paid = false where id = :id"
effect = "irreversible"
parameters = ["id: int"]

[tools.sql.statements.add]
sql = "insert into invoices (id, customer, amount, days, note) values (:id, :customer, :amount, 0, :note) returning id, customer"
effect = "irreversible"
parameters = ["id: int", "customer: str", "amount: Decimal", "note: str | None = None"]
columns = ["id: int", "customer: str"]

[tools.sql.statements.mark]
sql = "insert into seen values (:call_key) on conflict do nothing"
effect = "irreversible"

[permissions]
allow = ["sql.*"]
"#;

fn tools(url: &str, folder: &Folder, more: &str) -> Tools {
    let text = format!("[tools.sql]\nurl = \"{url}\"\n{more}\n{STATEMENTS}");
    configured(&text, folder).expect("a configuration")
}

fn call(function: &str, arguments: Value) -> Call {
    let Value::Object(arguments) = arguments else {
        panic!("arguments are an object")
    };
    Call {
        tool: "sql".into(),
        function: function.into(),
        arguments,
        sequence: 0,
        key: "7/0/3".into(),
    }
}

fn ask(tools: &mut Tools, function: &str, arguments: Value) -> Outcome {
    match tools
        .ask(&call(function, arguments))
        .expect("it may be called")
    {
        Step::Done(outcome) => outcome,
        Step::Outside(work) => work.run(),
    }
}

fn value(outcome: Outcome) -> Value {
    match outcome {
        Outcome::Value(value) => value,
        other => panic!("{other:?}"),
    }
}

fn problem(outcome: Outcome) -> String {
    match outcome {
        Outcome::Error(message) => message,
        other => panic!("{other:?}"),
    }
}

fn sqlite() -> (Folder, Tools) {
    let folder = Folder::new();
    let connection = rusqlite::Connection::open(folder.path("shop.db")).expect("a file");
    connection.execute_batch(TABLE).expect("a table");
    let tools = tools("sqlite:shop.db", &folder, "");
    (folder, tools)
}

/// What both databases do.
fn as_declared(tools: &mut Tools) {
    let overdue = value(ask(tools, "overdue", json!({"days": 30})));
    assert_eq!(
        overdue,
        json!([
            {"customer": "Ada", "amount": 10.5, "days": 40, "paid": false, "note": null},
            {"customer": "Zoë 'Z'", "amount": 30.25, "days": 90, "paid": false, "note": "second"},
        ])
    );
    // A text stays a value, whatever it looks like.
    let evil = "x'); drop table invoices; --";
    let added = ask(
        tools,
        "add",
        json!({"id": 9, "customer": evil, "amount": "1.10", "note": null}),
    );
    assert_eq!(value(added), json!([{"id": 9, "customer": evil}]));
    let free = json!({"sql": "select id, customer from invoices where customer = :who or id = :id order by id",
        "parameters": {"who": evil, "id": 1}});
    assert_eq!(
        value(ask(tools, "query", free)),
        json!([{"id": 1, "customer": "Ada"}, {"id": 9, "customer": evil}])
    );
    assert_eq!(value(ask(tools, "pay", json!({"id": 1}))), 1);
    assert_eq!(value(ask(tools, "unpay", json!({"id": 77}))), 0);
    let paid = json!({"sql": "select count(*) as paid from invoices where paid", "parameters": {}});
    assert_eq!(value(ask(tools, "query", paid)), json!([{"paid": 1}]));
    // The key of a call tells a repetition from a second call.
    assert_eq!(value(ask(tools, "mark", json!({}))), 1);
    assert_eq!(value(ask(tools, "mark", json!({}))), 0);
    // Twice the same key: nothing of the statement is done.
    let again = json!({"id": 9, "customer": "x", "amount": "1", "note": null});
    assert!(problem(ask(tools, "add", again)).starts_with("sql.add(): "));
}

/// What neither lets a program do.
fn as_free(tools: &mut Tools, unfit: &[&str]) {
    for sql in [
        "delete from invoices",
        "update invoices set paid = true",
        "insert into seen values ('x')",
        "drop table invoices",
        "select 1; delete from invoices",
        "begin",
        "commit",
        "",
    ]
    .iter()
    .chain(unfit)
    {
        let message = problem(ask(tools, "query", json!({"sql": sql, "parameters": {}})));
        assert!(message.starts_with("sql.query(): "), "{sql}: {message}");
    }
    for (sql, parameters, wanted) in [
        ("select :a", json!({}), "wants :a"),
        ("select 1", json!({"a": 1}), "has no :a"),
        ("select 1 as a, 2 as a", json!({}), ""),
    ] {
        let outcome = ask(
            tools,
            "query",
            json!({"sql": sql, "parameters": parameters}),
        );
        if !wanted.is_empty() {
            assert!(problem(outcome).contains(wanted));
        }
    }
    let count = json!({"sql": "select count(*) as n from invoices", "parameters": {}});
    assert_eq!(value(ask(tools, "query", count)), json!([{"n": 4}]));
}

/// Ten threads that wait for the same are served by one session.
fn together(tools: &mut Tools) {
    let calls: Vec<Call> = (0..10)
        .map(|number| {
            call(
                "overdue",
                json!({"days": if number == 3 { 50 } else { 30 }}),
            )
        })
        .collect();
    let outcomes = tools.ask_batch(&calls).expect("it reads").run();
    assert_eq!(outcomes.len(), 10);
    for (number, outcome) in outcomes.into_iter().enumerate() {
        let rows = value(outcome);
        let count = rows.as_array().map_or(0, Vec::len);
        assert_eq!(count, if number == 3 { 1 } else { 2 }, "{number}");
    }
    assert!(tools.ask_batch(&[call("pay", json!({"id": 1}))]).is_none());
}

#[test]
fn a_sqlite_file_is_read_and_changed_as_declared() {
    let (_folder, mut tools) = sqlite();
    as_declared(&mut tools);
    as_free(
        &mut tools,
        &[
            "attach 'other.db' as other",
            "pragma journal_mode = delete",
            "select load_extension('x')",
            "vacuum into 'copy.db'",
            "explain select",
            "select",
        ],
    );
    together(&mut tools);
    let schema = json!({"sql": "select name from pragma_table_info('seen')", "parameters": {}});
    assert_eq!(
        value(ask(&mut tools, "query", schema)),
        json!([{"name": "call"}])
    );
    let ids = json!({"sql": "select id from invoices where id in (select value from json_each(:ids)) order by id",
        "parameters": {"ids": [1, 2, 50]}});
    assert_eq!(
        value(ask(&mut tools, "query", ids)),
        json!([{"id": 1}, {"id": 2}])
    );
    let blob = json!({"sql": "select x'00ff' as b", "parameters": {}});
    assert!(problem(ask(&mut tools, "query", blob)).contains("hex()"));
}

#[test]
fn ten_calls_that_wait_together_are_one_session() {
    use salami_process::Tool as _;
    use salami_tools::{Bounds, Database, Declared, Field, Sql, SqlPolicy, Text};
    let folder = Folder::new();
    let path = folder.path("shop.db");
    let connection = rusqlite::Connection::open(&path).expect("a file");
    connection.execute_batch(TABLE).expect("a table");
    let count = Declared {
        text: Text::read("select count(*) as n from invoices where days > :days"),
        effect: Effect::Read,
        undo: None,
        parameters: vec![Field::parse("days: int").expect("a field")],
        columns: Some(vec![Field::parse("n: int").expect("a field")]),
        description: None,
    };
    let mut tool = Sql::new(SqlPolicy {
        database: Database::Sqlite(path),
        description: None,
        is_free: false,
        statements: [("count".to_owned(), count)].into(),
        bounds: Bounds::default(),
        secrets: Vec::new(),
    });
    let sessions = tool.sessions();
    let calls: Vec<Call> = (0..10)
        .map(|days| call("count", json!({"days": days * 10})))
        .collect();
    let work = tool.ask_batch(&calls).expect("it reads");
    assert_eq!(sessions.load(Ordering::Relaxed), 0, "asking does nothing");
    let counts: Vec<Value> = work
        .run()
        .into_iter()
        .map(|outcome| value(outcome)[0]["n"].clone())
        .collect();
    assert_eq!(counts, [3, 2, 2, 2, 1, 1, 1, 1, 1, 0]);
    assert_eq!(sessions.load(Ordering::Relaxed), 1);
    assert!(tool.function("query").is_none());
}

#[test]
fn time_and_size_are_limited() {
    let (folder, _) = sqlite();
    let mut tools = tools("sqlite:shop.db", &folder, "max_bytes = 20000");
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select ";
    for (sql, wanted) in [
        (format!("{endless} i from n"), "more than 100 rows"),
        (
            format!("{endless} sum(i) as s from n"),
            "longer than 5 seconds",
        ),
        (
            format!("{endless} hex(zeroblob(400)) as z from n limit 90"),
            "more than 20000 bytes",
        ),
        ("select hex(zeroblob(100000000)) as z".to_owned(), ""),
    ] {
        let begun = std::time::Instant::now();
        let message = problem(ask(
            &mut tools,
            "query",
            json!({"sql": sql, "parameters": {}}),
        ));
        assert!(message.contains(wanted), "{message}");
        assert!(begun.elapsed().as_secs() < 20);
    }
}

#[test]
fn a_file_that_is_not_there_is_not_made() {
    let folder = Folder::new();
    let mut tools = tools("sqlite:none.db", &folder, "");
    for (function, arguments) in [("overdue", json!({"days": 1})), ("pay", json!({"id": 1}))] {
        let message = problem(ask(&mut tools, function, arguments));
        assert!(
            message.ends_with("the database cannot be opened"),
            "{message}"
        );
    }
    assert!(!Path::new(&folder.path("none.db")).exists());
}

#[test]
fn the_stub_says_the_types() {
    let (_folder, tools) = sqlite();
    let (_, stub) = tools
        .stubs()
        .find(|(name, _)| *name == "sql")
        .expect("a stub");
    for wanted in [
        "@read\ndef overdue(days: int = 30) -> list[OverdueRow]:\n    \"\"\"Invoices that",
        "class OverdueRow:\n    customer: str\n    amount: float\n    days: int\n    paid: bool\n    note: str | None\n",
        "@undoable(by=\"unpay\")\ndef pay(id: int) -> int:",
        "@irreversible\ndef add(id: int, customer: str, amount: Decimal, note: str | None = None) -> list[AddRow]: ...",
        "def mark() -> int:",
        "invoices(id, customer, amount, days, paid, note)",
        "def query(sql: str,",
    ] {
        assert!(stub.contains(wanted), "{wanted}\n{stub}");
    }
}

#[test]
fn what_is_wrong_with_a_configuration_is_named() {
    let folder = Folder::new();
    for (text, wanted) in [
        ("[tools.sql]", "tools.sql.url says where"),
        (
            "[tools.sql]\nurl = \"mysql://x\"",
            "tools.sql.url: it is no URL",
        ),
        (
            "[tools.sql]\nurl = \"sqlite:x\"\n[tools.sql.statements.a]\nsql = \"select :b\"",
            "tools.sql.statements.a: say the type of :b",
        ),
        (
            "[tools.sql]\nurl = \"sqlite:x\"\n[tools.sql.statements.a]\nsql = \"select 1\"\nparameters = [\"b: int\"]",
            "the text has no :b",
        ),
        (
            "[tools.sql]\nurl = \"sqlite:x\"\n[tools.sql.statements.a]\nsql = \"delete from t\"\neffect = \"undoable\"",
            "`undo` names",
        ),
        (
            "[tools.sql]\nurl = \"sqlite:x\"\n[tools.sql.statements.query]\nsql = \"select 1\"",
            "cannot be named `query`",
        ),
        (
            "[tools.sql]\nurl = \"sqlite:x\"\n[tools.sql.statements.a]\nsql = \"select 1\"\ncolumns = [\"b: number\"]",
            "`number` is no type",
        ),
    ] {
        let problem = configured(text, &folder).expect_err(text);
        assert!(problem.contains(wanted), "{problem}");
    }
}

#[test]
fn a_postgres_server_is_read_and_changed_as_declared() {
    let folder = Folder::new();
    let Some(server) = server::Server::start(&folder.0, "s3cr3t-word") else {
        println!("skipped: there is no Postgres here");
        return;
    };
    server.run(TABLE);
    let url = format!("postgres://shop@127.0.0.1:{}/postgres", server.port);
    let password = "password = { env = \"SHOP_PASSWORD\" }";
    let mut connected = tools(&url, &folder, password);
    assert!(!format!("{connected:?}").contains("s3cr3t"));
    as_declared(&mut connected);
    as_free(
        &mut connected,
        &[
            "set transaction read write",
            "copy invoices to '/tmp/x'",
            "copy (select 1) to program 'touch /tmp/x'",
            "with gone as (delete from invoices returning id) select * from gone",
            "select nextval('numbers')",
            "select 1) as x; delete from invoices; select (1",
            "do $$ begin delete from invoices; end $$",
        ],
    );
    together(&mut connected);
    let typed = json!({"sql": "select date '2026-01-02' + :days::int as day, :at::timestamp as at, :ids::int[] as ids, :data::jsonb as data, 12345678901234567890.5::numeric as n",
        "parameters": {"days": 1, "at": "2026-01-02T03:04:05", "ids": [1, 2], "data": {"a": [1]}}});
    assert_eq!(
        value(ask(&mut connected, "query", typed)).to_string(),
        r#"[{"day":"2026-01-03","at":"2026-01-02T03:04:05","ids":[1,2],"data":{"a":[1]},"n":12345678901234567890.5}]"#
    );
    let slow = json!({"sql": "select pg_sleep(60)::text as s", "parameters": {}});
    let message = problem(ask(&mut connected, "query", slow));
    assert_eq!(message, "sql.query(): it took longer than 5 seconds");
    let rows = json!({"sql": "select * from generate_series(1, 1000) as n", "parameters": {}});
    assert!(problem(ask(&mut connected, "query", rows)).contains("more than 100 rows"));
    if folder.path("cert.pem").exists() {
        let url = format!(
            "postgres://shop@localhost:{}/postgres?sslmode=require",
            server.port
        );
        let encrypted = json!({"sql": "select ssl from pg_stat_ssl where pid = pg_backend_pid()", "parameters": {}});
        let mut trusting = tools(
            &url,
            &folder,
            &format!("{password}\ncertificates = \"cert.pem\""),
        );
        assert_eq!(
            value(ask(&mut trusting, "query", encrypted.clone())),
            json!([{"ssl": true}])
        );
        let mut web = tools(&url, &folder, password);
        let message = problem(ask(&mut web, "query", encrypted));
        assert_eq!(
            message,
            "sql.query(): the database's certificate is not trusted"
        );
    }
    // What keeps it out is told without what was tried.
    let mut stranger = tools(&url, &folder, "password = \"wr0ng-word\"");
    let message = problem(ask(&mut stranger, "overdue", json!({"days": 1})));
    assert_eq!(
        message,
        "sql.overdue(): the database does not let the tool in"
    );
    drop(server);
    let message = problem(ask(&mut connected, "overdue", json!({"days": 1})));
    assert_eq!(message, "sql.overdue(): the database cannot be reached");
}
