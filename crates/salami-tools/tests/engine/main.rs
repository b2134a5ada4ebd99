//! Programs as stored processes that use real tools.

#[path = "../email/servers.rs"]
#[allow(dead_code, reason = "the tests of the tool need more of it")]
mod servers;

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use salami::{CompileOptions, ProcessRuntime, RunLimits, Stub, process_options};
use salami_process::engine::{Engine, EngineOptions};
use salami_process::store::{
    InboxItem, MemoryStore, NewProcess, ProcessId, SimulatedClock, Source,
};
use salami_process::{EventSource, Permissions, Tools};
use salami_tools::{Sql, Surroundings, configured};
use servers::Servers;

/// 2026-01-15T12:00:00Z
const START: i64 = 1_768_478_400_000_000;
const DAY: u64 = 86_400_000_000;

struct World {
    engine: Engine,
    clock: SimulatedClock,
    stubs: Vec<Stub>,
    sources: Vec<Box<dyn EventSource>>,
    /// How many pieces of work were done outside.
    jobs: usize,
}

impl World {
    fn new(mut tools: Tools) -> Self {
        let clock = SimulatedClock::new(START);
        let stubs = tools
            .stubs()
            .map(|(name, text)| Stub::new(name, text))
            .collect();
        let sources = tools.sources();
        let store = MemoryStore::new(Box::new(clock.clone()));
        let runtime = Box::new(ProcessRuntime::new());
        Self {
            engine: Engine::new(Box::new(store), runtime, tools, EngineOptions::default()),
            clock,
            stubs,
            sources,
            jobs: 0,
        }
    }

    fn start(&mut self, source: &str) -> ProcessId {
        let options = CompileOptions {
            stubs: self.stubs.clone(),
            ..CompileOptions::default()
        };
        let program = salami::compile("program.py", source, &options)
            .unwrap_or_else(|error| panic!("{error}"));
        let code = program.to_code();
        let store = self.engine.store();
        store.put_code(&code).expect("a store");
        let process = NewProcess {
            code: code.hash,
            owner: "ada".into(),
            name: "program".into(),
            input: "{}".into(),
            options: process_options(7, &RunLimits::GENERAL),
        };
        store.start(&[process]).expect("a store")[0]
    }

    /// Looks for events, then rounds until nothing is to be done now.
    fn settle(&mut self) {
        for source in &mut self.sources {
            let store = self.engine.store();
            let cursor = store.source_cursor(&source.name()).expect("a store");
            let polled = source.poll(cursor.as_deref()).expect("it is read");
            let stands = Source {
                name: source.name(),
                cursor: polled.cursor,
            };
            store
                .publish(&polled.events, Some(&stands))
                .expect("a store");
        }
        for _ in 0..1000 {
            let round = self.engine.round().expect("a store");
            let is_idle = round.is_idle();
            for job in round.jobs {
                self.jobs += 1;
                self.engine.finish(job.run());
            }
            if is_idle {
                return;
            }
        }
        panic!("it never comes to rest");
    }

    fn result(&mut self, id: ProcessId) -> Option<String> {
        let process = self.engine.store().process(id).expect("a store");
        process.expect("a process").result
    }

    fn inbox(&mut self) -> Vec<String> {
        let items = self.engine.store().inbox(100).expect("a store");
        let text = |item: InboxItem| match item {
            InboxItem::Wait(wait) => wait.wait.body,
            InboxItem::Notice(notice) => notice.text,
        };
        items.into_iter().map(text).collect()
    }
}

struct Here(PathBuf);

impl Surroundings for Here {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }

    fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|error| error.to_string())
    }
}

#[test]
fn ten_threads_that_wait_for_the_same_are_served_by_one_call() {
    use salami_process::Effect;
    use salami_tools::{Bounds, Database, Declared, Field, SqlPolicy, Text};
    let path = std::env::temp_dir().join(format!("salami-together-{}.db", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let connection = rusqlite::Connection::open(&path).expect("a file");
    let table = "create table stars (name text, brightness integer);
        insert into stars values ('Sirius', 1), ('Canopus', 2), ('Arcturus', 3)";
    connection.execute_batch(table).expect("a table");
    let field = |text: &str| Field::parse(text).expect("a field");
    let bright = Declared {
        text: Text::read("select name from stars where brightness <= :least order by name"),
        effect: Effect::Read,
        undo: None,
        parameters: vec![field("least: int")],
        columns: Some(vec![field("name: str")]),
        description: None,
    };
    let tool = Sql::new(SqlPolicy {
        database: Database::Sqlite(path.clone()),
        description: None,
        is_free: true,
        statements: [("bright".to_owned(), bright)].into(),
        bounds: Bounds::default(),
        secrets: Vec::new(),
    });
    let sessions = tool.sessions();
    let mut tools = Tools::new(Permissions::default());
    tools.connect(tool);
    let mut world = World::new(tools);
    let id = world.start(
        "
from salami import gather, spawn
from tools import sql

def look(least: int) -> str:
    return ' '.join(row.name for row in sql.bright(least))

def main() -> list[str]:
    tasks = [spawn(look, number % 4) for number in range(10)]
    return list(gather(*tasks))
",
    );
    world.settle();
    let result = world.result(id).expect("it ended");
    let wanted = r#"{"value":["","Sirius","Canopus Sirius","Arcturus Canopus Sirius","","Sirius","Canopus Sirius","Arcturus Canopus Sirius","","Sirius"]}"#;
    assert_eq!(result, wanted);
    assert_eq!((world.jobs, sessions.load(Ordering::Relaxed)), (1, 1));
    // So are ten processes.
    let source = "
from tools import sql

def main() -> int:
    return len(sql.bright(2))
";
    let ids: Vec<ProcessId> = (0..10).map(|_| world.start(source)).collect();
    world.settle();
    for id in ids {
        assert_eq!(world.result(id).as_deref(), Some(r#"{"value":2}"#));
    }
    assert_eq!((world.jobs, sessions.load(Ordering::Relaxed)), (2, 2));
    let _ = std::fs::remove_file(&path);
}

const LANDLORD: &str = "
from tools import email, user

WEEK = 7 * 24 * 3600

def main() -> str:
    message = email.received(sender='Landlord <Lord@Example.com>')
    sent = email.forward(message, 'Lawyer <lawyer@example.com>', 'What do you advise?')
    answer = email.received(in_reply_to=sent, timeout=WEEK)
    if answer is None:
        user.notify(f'No answer about {message.subject}')
        return 'silence'
    wish = user.ask(f'They say: {answer.body}')
    email.reply(message, wish)
    return answer.sender
";

#[test]
fn a_program_waits_for_mail_and_for_people() {
    let Some(servers) = Servers::start("engine", "s3cr3t-word") else {
        println!("skipped: there is no dovecot and aiosmtpd here");
        return;
    };
    let text = format!(
        "[tools.user]\n[tools.email]\naddress = \"Ada <ada@example.com>\"\n\
         [tools.email.smtp]\nhost = \"127.0.0.1\"\nport = {}\nencryption = \"none\"\n\
         [tools.email.imap]\nhost = \"127.0.0.1\"\nport = {}\nencryption = \"none\"\nuser = \"ada\"\npassword = \"s3cr3t-word\"\n\
         [permissions]\nallow = [\"email.*\"]",
        servers.smtp, servers.imap
    );
    let tools = configured(&text, &Here(servers.home.clone())).expect("a configuration");
    let mut world = World::new(tools);
    let id = world.start(LANDLORD);
    world.settle();
    servers.deliver(
        "rent",
        "From: Lord <lord@example.com>\nTo: ada@example.com\nSubject: Rent\nMessage-ID: <rent@x>\n\nMore rent.\n",
    );
    world.settle();
    // What was sent stands in the mailbox, as all that goes through this server does.
    let mut message_id = None;
    for entry in std::fs::read_dir(servers.home.join("Maildir/new"))
        .expect("a folder")
        .flatten()
    {
        let source = std::fs::read_to_string(entry.path()).unwrap_or_default();
        if source.contains("Fwd: Rent") {
            let id = source
                .lines()
                .find_map(|line| line.strip_prefix("Message-ID: "));
            message_id = id.map(str::to_owned);
        }
    }
    let message_id = message_id.expect("it was passed on");
    servers.deliver(
        "advice",
        &format!("From: Lawyer <LAWYER@example.com>\nSubject: Re: Rent\nMessage-ID: <advice@x>\nIn-Reply-To: {message_id}\n\nPay nothing.\n"),
    );
    world.settle();
    let asked = world.inbox();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].contains("They say: Pay nothing."), "{asked:?}");
    let question = world.engine.store().inbox(1).expect("a store").remove(0);
    let InboxItem::Wait(wait) = question else {
        panic!("a question")
    };
    let answered = world.engine.answer(wait.process, None, &"No.".into());
    answered.expect("it is answered");
    world.settle();
    assert_eq!(
        world.result(id).as_deref(),
        Some(r#"{"value":"lawyer@example.com"}"#)
    );

    // Nobody answers the second one.
    let id = world.start(LANDLORD);
    world.settle();
    servers.deliver(
        "again",
        "From: Lord <lord@example.com>\nSubject: Again\nMessage-ID: <again@x>\n\nStill more.\n",
    );
    world.settle();
    world.clock.advance(7 * DAY);
    world.settle();
    assert_eq!(world.result(id).as_deref(), Some(r#"{"value":"silence"}"#));
    assert_eq!(world.inbox(), ["No answer about Again"]);
}
