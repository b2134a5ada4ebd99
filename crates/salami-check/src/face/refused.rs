//! Modules of Python that do not exist here, and what to write instead.

/// What to say of a module that does not exist here, by its dotted name.
#[must_use]
pub fn refused_module(name: &str) -> Option<&'static str> {
    let top = name.split('.').next()?;
    REFUSED
        .iter()
        .find(|(modules, _)| modules.contains(&top))
        .map(|(_, help)| *help)
}

const REFUSED: &[(&[&str], &str)] = &[
    (
        &[
            "pathlib",
            "shutil",
            "glob",
            "tempfile",
            "fileinput",
            "zipfile",
            "tarfile",
            "gzip",
            "mmap",
        ],
        "a program reaches no files by itself: make the text a parameter of main (`def main(text: str)`, or `lines: Iterable[str]` to go through a large one), or import a tool: `from tools import files`",
    ),
    (
        &[
            "subprocess",
            "signal",
            "ctypes",
            "multiprocessing",
            "platform",
            "getpass",
            "pwd",
            "resource",
            "atexit",
        ],
        "a program reaches nothing outside by itself: import a tool for what you need: `from tools import ...`",
    ),
    (
        &[
            "requests",
            "urllib",
            "urllib3",
            "httpx",
            "aiohttp",
            "http",
            "socket",
            "ssl",
            "ftplib",
            "websockets",
            "selenium",
            "boto3",
        ],
        "a program reaches no network by itself: import a tool: `from tools import http`",
    ),
    (
        &["smtplib", "imaplib", "poplib", "email", "mailbox"],
        "import a tool: `from tools import email`",
    ),
    (
        &[
            "sqlite3",
            "psycopg2",
            "psycopg",
            "sqlalchemy",
            "pymysql",
            "redis",
            "pymongo",
            "shelve",
            "dbm",
        ],
        "import a tool: `from tools import sql`; what the program keeps in variables is durable already",
    ),
    (
        &["threading", "concurrent", "queue", "_thread", "sched"],
        "use asyncio: `await asyncio.gather(...)` runs coroutines side by side; asyncio.Queue, Lock and Semaphore go between them",
    ),
    (
        &["pandas", "polars"],
        "read the rows with `csv.DictReader(io.StringIO(text))` and keep them in lists and dicts; sum, sorted, Counter and statistics do the rest",
    ),
    (
        &["numpy", "scipy"],
        "use lists: `sum(...)`, `statistics.mean(...)`, `[a + b for a, b in zip(xs, ys)]`, math for functions of one number",
    ),
    (&["xml"], "use xml.etree.ElementTree"),
    (
        &["logging"],
        "use logging.basicConfig(level=logging.INFO): there is one log, and no files",
    ),
    (&["bs4", "lxml"], "use xml.etree.ElementTree or html.parser"),
    (
        &["dateutil", "pytz", "arrow", "pendulum"],
        "use datetime: `datetime.strptime(...)` with each format, `timedelta(...)` for days and weeks",
    ),
    (
        &["pydantic", "attr", "attrs", "marshmallow"],
        "use `@dataclass`; an annotated assignment from json.loads is validated: `order: Order = ...`",
    ),
    (
        &["pickle", "marshal"],
        "use json: `json.dumps(...)` and `json.loads(...)`; what the program keeps in variables is durable already",
    ),
    (
        &["yaml", "toml", "tomllib"],
        "take JSON: `json.loads(...)`, or read the lines that you need with str methods and re",
    ),
    (&["regex"], "use re"),
    (
        &["openai", "anthropic", "langchain", "transformers"],
        "import a tool: `from tools import llm`",
    ),
    (
        &["argparse", "optparse", "getopt", "click", "typer"],
        "the inputs are the parameters of main: `def main(name: str, count: int = 1)`",
    ),
    (
        &[
            "inspect",
            "importlib",
            "ast",
            "dis",
            "builtins",
            "gc",
            "weakref",
            "code",
            "pdb",
            "symtable",
            "tokenize",
        ],
        "programs do not look at themselves: name the functions, classes and fields",
    ),
    (
        &["unittest", "pytest", "doctest"],
        "write functions with `assert` statements and call them",
    ),
    (&["warnings"], "use print()"),
    (&["typing_extensions"], "use typing"),
    (&["simplejson", "ujson", "orjson"], "use json"),
    (
        &[
            "tkinter",
            "turtle",
            "curses",
            "readline",
            "pygame",
            "matplotlib",
            "PIL",
        ],
        "there is no screen: return data, or ask a person: `from tools import user`",
    ),
];
