//! A Postgres server of one test, where Debian's packages or the path have one.

use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server that ends with the test.
pub struct Server {
    process: Child,
    /// Its port on this machine.
    pub port: u16,
    password: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where the programs are.
fn folder() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut folders: Vec<PathBuf> = versions
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    folders.sort();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH")?));
    folders
        .into_iter()
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}

/// The server does not run as root: then it is another user's.
fn user() -> Option<(u32, u32)> {
    let id = Command::new("id").arg("-u").output().ok()?;
    if String::from_utf8_lossy(&id.stdout).trim() != "0" {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let line = |name: &str| {
        users
            .lines()
            .find(|line| line.starts_with(name))
            .map(str::to_owned)
    };
    let line = line("postgres:").or_else(|| line("nobody:"))?;
    let mut parts = line.split(':').skip(2);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn command(program: PathBuf, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some((user, group)) = user {
        command.uid(user).gid(group);
    }
    command
}

/// Makes a certificate for this machine, where there is openssl.
fn certificate(home: &Path, user: Option<(u32, u32)>) -> bool {
    let mut made = command("openssl".into(), user);
    made.current_dir(home).args([
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
    ]);
    made.args([
        "-subj",
        "/CN=localhost",
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
    ]);
    made.args(["-addext", "subjectAltName=DNS:localhost"]);
    made.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    made.status().is_ok_and(|status| status.success())
}

impl Server {
    /// Starts one with a user `shop`; `None` where there is no Postgres.
    pub fn start(home: &Path, password: &str) -> Option<Self> {
        let programs = folder()?;
        let user = user();
        let (data, secret) = (home.join("data"), home.join("secret"));
        std::fs::create_dir_all(&data).expect("a folder");
        std::fs::write(&secret, password).expect("a file");
        if let Some((user, group)) = user {
            for path in [home, &data, &secret] {
                std::os::unix::fs::chown(path, Some(user), Some(group)).expect("its owner");
            }
        }
        let mut made = command(programs.join("initdb"), user);
        made.current_dir(home).arg("-D").arg(&data).args([
            "-U",
            "shop",
            "-A",
            "scram-sha-256",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ]);
        made.arg("--pwfile").arg(&secret);
        assert!(made.status().expect("initdb").success(), "initdb");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let mut process = command(programs.join("postgres"), user);
        process
            .current_dir(home)
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(home);
        process.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-F"]);
        if certificate(home, user) {
            process.args([
                "-c",
                "ssl=on",
                "-c",
                "ssl_cert_file=../cert.pem",
                "-c",
                "ssl_key_file=../key.pem",
            ]);
        }
        let process = process.spawn().expect("postgres");
        let server = Self {
            process,
            port,
            password: password.to_owned(),
        };
        let until = Instant::now() + Duration::from_secs(30);
        while server.client().is_err() {
            assert!(Instant::now() < until, "the server does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(server)
    }

    fn client(&self) -> Result<postgres::Client, postgres::Error> {
        let mut config = postgres::Config::new();
        config
            .host("127.0.0.1")
            .port(self.port)
            .user("shop")
            .dbname("postgres");
        config.password(&self.password).connect(postgres::NoTls)
    }

    /// Runs statements.
    pub fn run(&self, sql: &str) {
        let mut client = self.client().expect("a connection");
        client.batch_execute(sql).expect("statements");
        client
            .batch_execute("create sequence numbers")
            .expect("a sequence");
    }
}
