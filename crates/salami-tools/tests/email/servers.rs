//! A mail server of one test: aiosmtpd puts what it is sent into a folder, dovecot shows the folder.
//! Debian's packages have both: `dovecot-imapd`, `python3-aiosmtpd`.

use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The servers, which end with the test.
pub struct Servers {
    processes: Vec<Child>,
    /// The folder of everything.
    pub home: PathBuf,
    /// Outgoing mail, not encrypted.
    pub smtp: u16,
    /// Outgoing mail, encrypted.
    pub smtps: u16,
    /// The mailbox, not encrypted, or after STARTTLS.
    pub imap: u16,
    /// The mailbox, encrypted.
    pub imaps: u16,
}

impl Drop for Servers {
    fn drop(&mut self) {
        for process in &mut self.processes {
            // Dovecot ends its helpers when it is asked to.
            let _ = Command::new("kill").arg(process.id().to_string()).status();
            let until = Instant::now() + Duration::from_secs(5);
            while matches!(process.try_wait(), Ok(None)) && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(20));
            }
            let _ = process.kill();
            let _ = process.wait();
        }
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

/// Neither server runs as root: name, number and group of who runs them, and whether that is another.
fn user() -> Option<(String, u32, u32, bool)> {
    let id = |flag: &str| -> Option<String> {
        let output = Command::new("id").arg(flag).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    if id("-u")? != "0" {
        return Some((
            id("-un")?,
            id("-u")?.parse().ok()?,
            id("-g")?.parse().ok()?,
            false,
        ));
    }
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let line = users.lines().find(|line| line.starts_with("dovecot:"))?;
    let mut parts = line.split(':').skip(2);
    let (user, group) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(("dovecot".to_owned(), user, group, true))
}

fn is_there(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

impl Servers {
    /// Starts them for a mailbox with this password; `None` where they are not installed.
    pub fn start(name: &str, password: &str) -> Option<Self> {
        let python = ["/usr/bin/python3", "python3"]
            .into_iter()
            .find(|python| is_there(python, &["-c", "import aiosmtpd"]))?;
        if !is_there("dovecot", &["--version"]) || !is_there("openssl", &["version"]) {
            return None;
        }
        let (user, number, group, is_other) = user()?;
        let home = std::env::temp_dir().join(format!("salami-mail-{name}-{}", std::process::id()));
        for folder in [
            "",
            "Maildir",
            "Maildir/new",
            "Maildir/cur",
            "Maildir/tmp",
            "run",
        ] {
            std::fs::create_dir_all(home.join(folder)).expect("a folder");
        }
        let mut certificate = Command::new("openssl");
        certificate
            .current_dir(&home)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        certificate.args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        ]);
        certificate.args([
            "-subj",
            "/CN=localhost",
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
        ]);
        certificate.args(["-addext", "subjectAltName=DNS:localhost"]);
        certificate.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
        assert!(
            certificate.status().expect("openssl").success(),
            "a certificate"
        );
        let (smtp, smtps, imap, imaps) = (free_port(), free_port(), free_port(), free_port());
        let place = home.display();
        let configuration = format!(
            "protocols = imap\nlisten = 127.0.0.1\nbase_dir = {place}/run\nstate_dir = {place}/run\n\
             log_path = {place}/dovecot.log\nssl = yes\nssl_cert = <{place}/cert.pem\n\
             ssl_key = <{place}/key.pem\ndisable_plaintext_auth = no\n\
             default_internal_user = {user}\ndefault_internal_group = {group_name}\n\
             default_login_user = {user}\nmail_location = maildir:{place}/Maildir\nfirst_valid_uid = 1\n\
             passdb {{\n driver = static\n args = password={password}\n}}\n\
             userdb {{\n driver = static\n args = uid={number} gid={group} home={place}\n}}\n\
             service anvil {{\n chroot =\n}}\n\
             service imap-login {{\n chroot =\n inet_listener imap {{\n  port = {imap}\n }}\n\
             inet_listener imaps {{\n  port = {imaps}\n  ssl = yes\n }}\n}}\n",
            group_name = group_name(group),
        );
        std::fs::write(home.join("dovecot.conf"), configuration).expect("a file");
        if is_other {
            own(&home, number, group);
        }
        let command = |program: &str| {
            let mut command = Command::new(program);
            command.current_dir(&home).stdin(Stdio::null());
            command.stdout(Stdio::null()).stderr(Stdio::null());
            if is_other {
                command.uid(number).gid(group);
            }
            command
        };
        let outgoing = |port: u16, more: &[&str]| {
            let mut outgoing = command(python);
            outgoing.args(["-m", "aiosmtpd", "-n", "-l", &format!("127.0.0.1:{port}")]);
            outgoing
                .args(more)
                .args(["-c", "aiosmtpd.handlers.Mailbox"]);
            outgoing.arg(home.join("Maildir"));
            outgoing.spawn().expect("aiosmtpd")
        };
        let mut incoming = command("dovecot");
        incoming.arg("-F").arg("-c").arg(home.join("dovecot.conf"));
        let processes = vec![
            outgoing(smtp, &[]),
            outgoing(smtps, &["--smtpscert", "cert.pem", "--smtpskey", "key.pem"]),
            incoming.spawn().expect("dovecot"),
        ];
        let servers = Self {
            processes,
            home,
            smtp,
            smtps,
            imap,
            imaps,
        };
        let until = Instant::now() + Duration::from_secs(30);
        for port in [smtp, smtps, imap, imaps] {
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                let log = std::fs::read_to_string(servers.home.join("dovecot.log"));
                assert!(
                    Instant::now() < until,
                    "no server: {}",
                    log.unwrap_or_default()
                );
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        Some(servers)
    }

    /// Puts a message into the mailbox as it stands.
    pub fn deliver(&self, name: &str, source: &str) {
        let (temporary, new) = (self.home.join("Maildir/tmp"), self.home.join("Maildir/new"));
        let path = temporary.join(name);
        std::fs::write(&path, source.replace('\n', "\r\n")).expect("a file");
        if let Some((_, number, group, true)) = user() {
            std::os::unix::fs::chown(&path, Some(number), Some(group)).expect("its owner");
        }
        std::fs::rename(path, new.join(name)).expect("delivered");
    }

    /// Lets the mailbox number its messages anew.
    pub fn forget_numbers(&self) {
        let folder = self.home.join("Maildir");
        for name in ["dovecot.index", "dovecot.index.log", "dovecot.index.cache"] {
            let _ = std::fs::remove_file(folder.join(name));
        }
        // Its first line has the validity of the numbers: `3 V1795286772 N5 G...`.
        let list = folder.join("dovecot-uidlist");
        let text = std::fs::read_to_string(&list).expect("the numbers");
        let (head, rest) = text.split_once('\n').expect("lines");
        let words = head.split(' ').map(|word| match word.strip_prefix('V') {
            Some(validity) => {
                let validity: u64 = validity.parse().expect("a number");
                format!("V{}", validity + 1_000)
            }
            None => word.to_owned(),
        });
        let head: Vec<String> = words.collect();
        std::fs::write(&list, format!("{}\n{rest}", head.join(" "))).expect("a file");
    }
}

fn group_name(number: u32) -> String {
    let groups = std::fs::read_to_string("/etc/group").unwrap_or_default();
    let wanted = number.to_string();
    let mut lines = groups.lines();
    let line = lines.find(|line| line.split(':').nth(2) == Some(wanted.as_str()));
    let name = line.and_then(|line| line.split(':').next());
    name.unwrap_or("nogroup").to_owned()
}

fn own(path: &Path, user: u32, group: u32) {
    std::os::unix::fs::chown(path, Some(user), Some(group)).expect("its owner");
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            own(&entry.path(), user, group);
        } else {
            std::os::unix::fs::chown(entry.path(), Some(user), Some(group)).expect("its owner");
        }
    }
}
