//! A session with a Postgres server. Parameters go as text, whose types the server knows; rows come as
//! JSON, which the server makes: so every type that it has can come and go.

use std::error::Error;
use std::time::Duration;

use postgres::config::{Host, SslMode};
use postgres::types::private::BytesMut;
use postgres::types::{Format, IsNull, Kind, ToSql, Type};
use postgres::{Client, Config, NoTls, Transaction};
use serde_json::Value;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::tls;

use super::{Bounds, Job, Row, Rows};

/// A server, and how it is reached.
#[derive(Clone)]
pub struct Server {
    config: Config,
    /// How the connection is encrypted; `None`: it is not.
    tls: Option<rustls::ClientConfig>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Server")
    }
}

impl Server {
    /// The server of a URL. Connections to other machines are encrypted, unless the URL says
    /// `sslmode=disable`.
    ///
    /// # Errors
    /// A sentence, without the URL.
    pub fn new(
        url: &str,
        password: Option<&str>,
        certificates: Option<&[u8]>,
        timeout: Duration,
    ) -> Result<Self, String> {
        let mut config: Config = url
            .parse()
            .map_err(|_| "it is no URL of a Postgres server".to_owned())?;
        if config.get_hosts().is_empty() {
            return Err("it names no host".to_owned());
        }
        if let Some(password) = password {
            config.password(password);
        }
        config.application_name("salami");
        config.connect_timeout(timeout);
        config.tcp_user_timeout(timeout);
        let is_near = config.get_hosts().iter().all(|host| match host {
            Host::Tcp(name) => {
                let address = name.parse::<std::net::IpAddr>();
                name == "localhost" || address.is_ok_and(|address| address.is_loopback())
            }
            #[cfg(unix)]
            Host::Unix(_) => true,
        });
        let is_encrypted = match config.get_ssl_mode() {
            SslMode::Disable => false,
            SslMode::Prefer => !is_near || certificates.is_some(),
            _ => true,
        };
        config.ssl_mode(if is_encrypted {
            SslMode::Require
        } else {
            SslMode::Disable
        });
        let tls = match is_encrypted {
            true => Some(tls::client(tls::roots(certificates)?)?),
            false => None,
        };
        Ok(Self { config, tls })
    }

    fn client(&self) -> Result<Client, postgres::Error> {
        match &self.tls {
            None => self.config.connect(NoTls),
            Some(tls) => self.config.connect(MakeRustlsConnect::new(tls.clone())),
        }
    }
}

/// A connection.
pub struct Session {
    client: Client,
    bounds: Bounds,
}

impl Session {
    /// Connects.
    ///
    /// # Errors
    /// A sentence.
    pub fn open(server: &Server, bounds: Bounds) -> Result<Self, String> {
        let client = server
            .client()
            .map_err(|error| sentence(&error, bounds.timeout))?;
        Ok(Self { client, bounds })
    }

    /// Runs a statement that only reads.
    ///
    /// # Errors
    /// A sentence.
    pub fn read(&mut self, job: &Job) -> Result<Vec<Row>, String> {
        let (bounds, timeout) = (self.bounds, self.bounds.timeout);
        // What is no query cannot stand in brackets; a line comment at its end ends with the line.
        let sql = format!(
            "select row_to_json(salami_row)::text from ({}\n) as salami_row limit {}",
            job.text.numbered,
            bounds.most_rows.saturating_add(1)
        );
        let mut run = || -> Result<Result<Vec<Row>, String>, postgres::Error> {
            let transaction = self.client.build_transaction().read_only(true);
            let mut transaction = transaction.start()?;
            limit(&mut transaction, timeout)?;
            rows(&mut transaction, &sql, job, bounds)
        };
        run().map_err(|error| sentence(&error, timeout))?
    }

    /// Runs a statement that may change something: all of it, or nothing.
    ///
    /// # Errors
    /// A sentence.
    pub fn write(&mut self, job: &Job, gives_rows: bool) -> Result<(Vec<Row>, u64), String> {
        let (bounds, timeout) = (self.bounds, self.bounds.timeout);
        let mut run = || -> Result<Result<(Vec<Row>, u64), String>, postgres::Error> {
            let mut transaction = self.client.transaction()?;
            limit(&mut transaction, timeout)?;
            let done = if gives_rows {
                let sql = format!(
                    "with salami_row as ({}\n) select row_to_json(salami_row)::text from salami_row",
                    job.text.numbered
                );
                let found = rows(&mut transaction, &sql, job, bounds)?;
                found.map(|found| {
                    let count = found.len() as u64;
                    (found, count)
                })
            } else {
                match parameters(job) {
                    Err(problem) => Err(problem),
                    Ok(given) => {
                        let given = references(&given);
                        Ok((Vec::new(), transaction.execute(&job.text.numbered, &given)?))
                    }
                }
            };
            if done.is_ok() {
                transaction.commit()?;
            }
            Ok(done)
        };
        run().map_err(|error| sentence(&error, timeout))?
    }
}

/// The server ends what takes longer.
fn limit(transaction: &mut Transaction<'_>, timeout: Duration) -> Result<(), postgres::Error> {
    let milliseconds = timeout.as_millis().clamp(1, 86_400_000);
    transaction.batch_execute(&format!("set local statement_timeout = {milliseconds}"))
}

fn rows(
    transaction: &mut Transaction<'_>,
    sql: &str,
    job: &Job,
    bounds: Bounds,
) -> Result<Result<Vec<Row>, String>, postgres::Error> {
    use postgres::fallible_iterator::FallibleIterator as _;
    let given = match parameters(job) {
        Ok(given) => given,
        Err(problem) => return Ok(Err(problem)),
    };
    let mut collected = Rows::new(bounds);
    let mut found = transaction.query_raw(sql, references(&given))?;
    while let Some(row) = found.next()? {
        let text: Option<String> = row.try_get(0)?;
        let row = text.and_then(|text| serde_json::from_str(&text).ok());
        let pushed = match row {
            Some(Value::Object(fields)) => collected.push(fields),
            _ => Err("a row is none".to_owned()),
        };
        if let Err(problem) = pushed {
            return Ok(Err(problem));
        }
    }
    Ok(Ok(collected.end()))
}

fn parameters(job: &Job) -> Result<Vec<Parameter>, String> {
    let names = job.text.names.iter();
    names
        .map(|name| {
            let value = job.parameters.get(name).cloned();
            value.map(Parameter).ok_or_else(|| super::missing(name))
        })
        .collect()
}

fn references(parameters: &[Parameter]) -> Vec<&(dyn ToSql + Sync)> {
    let parameters = parameters.iter();
    parameters
        .map(|parameter| parameter as &(dyn ToSql + Sync))
        .collect()
}

/// A value as text.
#[derive(Debug)]
struct Parameter(Value);

impl ToSql for Parameter {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let is_json = *kind == Type::JSON || *kind == Type::JSONB;
        let text = match &self.0 {
            Value::Null => return Ok(IsNull::Yes),
            value if is_json => value.to_string(),
            Value::String(text) => text.clone(),
            Value::Array(items) if matches!(kind.kind(), Kind::Array(_)) => array(items),
            value => value.to_string(),
        };
        out.extend_from_slice(text.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    fn to_sql_checked(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.to_sql(kind, out)
    }
}

/// A list as Postgres writes one.
fn array(items: &[Value]) -> String {
    let items: Vec<String> = items
        .iter()
        .map(|item| match item {
            Value::Null => "NULL".to_owned(),
            Value::String(text) => {
                format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
            }
            other => other.to_string(),
        })
        .collect();
    format!("{{{}}}", items.join(","))
}

/// What went wrong, without anything of how the server is reached.
fn sentence(error: &postgres::Error, timeout: Duration) -> String {
    if let Some(problem) = error.as_db_error() {
        return match problem.code().code() {
            "57014" => super::out_of_time(timeout),
            "28000" | "28P01" => "the database does not let the tool in".to_owned(),
            "25006" => "the statement changes something, and may only read".to_owned(),
            _ => problem.message().to_owned(),
        };
    }
    if error.is_closed() {
        return "the connection to the database broke".to_owned();
    }
    match error.source().map(ToString::to_string) {
        Some(source) if source.contains("invalid peer certificate") => {
            "the database's certificate is not trusted".to_owned()
        }
        _ if error.to_string().contains("connecting") => {
            "the database cannot be reached".to_owned()
        }
        _ => error.to_string(),
    }
}
