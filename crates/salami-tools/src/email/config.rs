//! The table `[tools.email]`.

use super::{EmailPolicy, Encryption, MailServer};
use crate::config::{Surroundings, Table};

/// The policy of its table in `salami.toml`.
///
/// # Errors
/// A sentence.
pub(crate) fn policy(
    mut table: Table,
    surroundings: &dyn Surroundings,
) -> Result<EmailPolicy, String> {
    let place = table.at("address");
    let address = table.text("address")?;
    let address =
        address.ok_or_else(|| format!("{place} says who writes: \"Ada <ada@example.org>\""))?;
    let address = address
        .parse()
        .map_err(|_| format!("{place}: {address:?} is no address"))?;
    let mut policy = EmailPolicy::new(address);
    if let Some(folder) = table.text("folder")? {
        if folder.is_empty() || folder.contains(|letter: char| letter.is_control()) {
            return Err(format!("{} is no name of a folder", table.at("folder")));
        }
        policy.folder = folder;
    }
    if let Some(seconds) = table.seconds("interval")? {
        policy.interval = seconds;
    }
    if let Some(seconds) = table.seconds("timeout")? {
        policy.timeout = seconds;
    }
    if let Some(count) = table.whole("max_body")? {
        policy.longest = count;
    }
    policy.recipients = table.texts("recipients")?;
    policy.certificates = table.bytes_of("certificates", surroundings)?;
    if let Some(server) = table.table("smtp")? {
        let ports = [(465, Encryption::Implicit), (587, Encryption::StartTls)];
        policy.smtp = Some(server_of(server, surroundings, &ports)?);
    }
    if let Some(server) = table.table("imap")? {
        let ports = [(993, Encryption::Implicit), (143, Encryption::StartTls)];
        policy.imap = Some(server_of(server, surroundings, &ports)?);
    }
    table.end()?;
    Ok(policy)
}

/// A server. The first of the ports is the usual one; each has its usual encryption.
fn server_of(
    mut table: Table,
    surroundings: &dyn Surroundings,
    ports: &[(u16, Encryption)],
) -> Result<MailServer, String> {
    let place = table.place.clone();
    let host = table.text("host")?;
    let host = host.ok_or_else(|| format!("{place}: `host` is its name"))?;
    let usual = ports.first().map_or(0, |(port, _)| *port);
    let port = match table.whole("port")? {
        None => usual,
        Some(port) => u16::try_from(port).map_err(|_| format!("{place}.port is none"))?,
    };
    let encryption = match table.text("encryption")?.as_deref() {
        Some("implicit") => Encryption::Implicit,
        Some("starttls") => Encryption::StartTls,
        Some("none") => Encryption::None,
        Some(other) => {
            return Err(format!(
                "{place}.encryption is implicit, starttls or none, not {other}"
            ));
        }
        None => {
            let known = ports.iter().find(|(known, _)| *known == port);
            known.map_or(Encryption::Implicit, |(_, encryption)| *encryption)
        }
    };
    let user = table.text("user")?;
    let password = table.secret("password", surroundings)?;
    let login = match (user, password) {
        (Some(user), Some(password)) => Some((user, password)),
        (None, None) => None,
        _ => return Err(format!("{place} has `user` and `password`, or neither")),
    };
    table.end()?;
    let address = host.parse::<std::net::IpAddr>();
    let is_near = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    if encryption == Encryption::None && login.is_some() && !is_near {
        return Err(format!(
            "{place}: without encryption everybody on the way could read the password"
        ));
    }
    Ok(MailServer {
        host,
        port,
        encryption,
        login,
    })
}
