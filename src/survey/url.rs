//! Connection strings of every dialect, read into one shape; the password itself never gets in.

mod pairs;
mod placeholder;

use std::collections::BTreeMap;

/// One server of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Server {
    /// Host name, address or socket directory; none for a placeholder.
    pub host: Option<String>,
    /// Port; none for a placeholder.
    pub port: Option<u16>,
}

/// What a connection string tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Connection {
    /// Lower-case scheme with its driver (`postgresql+asyncpg`); for forms without one, the scheme that the form implies;
    /// empty when it does not tell.
    pub scheme: String,
    /// User name.
    pub user: Option<String>,
    /// Whether a password stands in it.
    pub has_password: bool,
    /// Servers, the first one the main one.
    pub servers: Vec<Server>,
    /// Database name, or path of an embedded database.
    pub database: Option<String>,
    /// The rest, keys in lower case, without passwords.
    pub options: BTreeMap<String, String>,
}

impl Connection {
    /// Host of the first server.
    pub fn host(&self) -> Option<&str> {
        self.servers.first().and_then(|server| server.host.as_deref())
    }

    /// Port of the first server.
    pub fn port(&self) -> Option<u16> {
        self.servers.first().and_then(|server| server.port)
    }

    /// Whether the database lives in the memory of the process that opens it.
    pub fn is_in_memory(&self) -> bool {
        self.database.as_deref().is_some_and(|path| path.contains(":memory:") || path.starts_with("mem:"))
            || self.options.get("mode").is_some_and(|mode| mode.eq_ignore_ascii_case("memory"))
    }
}

/// Layers that a JDBC or R2DBC URL may put before the real scheme.
const LAYERS: [&str; 9] =
    ["jdbc:", "r2dbc:", "tc:", "p6spy:", "pool:", "proxy:", "otel:", "aws-wrapper:", "log4jdbc:"];

/// Schemes whose path is a file.
const FILES: [&str; 6] = ["sqlite", "sqlite3", "duckdb", "file", "spatialite", "h2"];

/// Endings without which a `file:` address is not taken for a database.
const FILE_ENDINGS: [&str; 5] = [".db", ".sqlite", ".sqlite3", ".db3", ":memory:"];

/// Reads a connection string: URL, JDBC, Go DSN, libpq words or ADO.NET pairs. Nothing for other text.
pub fn parse(text: &str) -> Option<Connection> {
    let text = text.trim().trim_matches(['"', '\'', '`']);
    if text.is_empty() || text.len() > 4096 {
        return None;
    }
    let masked = placeholder::mask(text);
    go_dsn(&masked)
        .or_else(|| pairs::ado_net(&masked))
        .or_else(|| pairs::libpq(&masked))
        .or_else(|| url(&masked))
}

/// `text` as a fact: none when it is empty, a placeholder, or holds one (`${HOST}`, `<password>`, `***`).
pub fn known(text: &str) -> Option<String> {
    placeholder::known(&placeholder::mask(text))
}

fn url(text: &str) -> Option<Connection> {
    if text.contains(char::is_whitespace) {
        return None;
    }
    let layered = text;
    let text = LAYERS.iter().fold(text, |text, layer| text.strip_prefix(layer).unwrap_or(text));
    let (scheme, rest) = text.split_once(':')?;
    if scheme.len() < 2 || !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    {
        return None;
    }
    let scheme = scheme.to_ascii_lowercase();
    let base = scheme.split('+').next().unwrap_or(&scheme);
    if FILES.contains(&base) && !rest.starts_with("tcp:") {
        return embedded(&scheme, rest);
    }
    if base == "oracle" {
        return Some(oracle(rest));
    }
    match rest.find("//") {
        Some(at) if rest[..at].bytes().all(|byte| byte.is_ascii_alphanumeric() || b":.-".contains(&byte)) => {
            Some(network(scheme, &rest[at + 2..]))
        }
        _ if layered != text => {
            Some(Connection { scheme, database: placeholder::known(rest), ..Connection::default() })
        }
        _ => None,
    }
}

/// `sqlite:///relative`, `sqlite:////absolute`, `sqlite://relative`, `sqlite:path?mode=rwc`, `file:./dev.db`, `h2:mem:x`.
fn embedded(scheme: &str, rest: &str) -> Option<Connection> {
    let rest = if rest.starts_with(":/") { &rest[1..] } else { rest };
    let (path, query) = rest.split_once(['?', ';']).unwrap_or((rest, ""));
    let local = path.strip_prefix("///").or_else(|| path.strip_prefix("//")).unwrap_or(path);
    let local = local.strip_prefix("./").unwrap_or(local);
    let local = if scheme == "h2" { local.strip_prefix("file:").unwrap_or(local) } else { local };
    let options = options(query);
    if scheme == "file" {
        let named = FILE_ENDINGS.iter().any(|ending| path.to_ascii_lowercase().ends_with(ending));
        if !(named || options.contains_key("mode") || options.contains_key("cache")) {
            return None;
        }
    }
    let database = if local.is_empty() && scheme != "file" {
        Some(":memory:".to_owned())
    } else {
        placeholder::known(&decode(local))
    };
    Some(Connection { scheme: scheme.to_owned(), database, options, ..Connection::default() })
}

/// `thin:@host:1521/service`, `thin:@//host:1521/service`, `thin:user/password@host:1521:sid`, `//user:password@host/service`.
fn oracle(rest: &str) -> Connection {
    if let Some(rest) = rest.strip_prefix("//") {
        return network("oracle".to_owned(), rest);
    }
    let (login, address) = rest.rsplit_once('@').unwrap_or(("", rest));
    let login = login.rsplit(':').next().unwrap_or_default();
    let (user, password) = login.split_once('/').unwrap_or((login, ""));
    let mut words = address.trim_start_matches("//").splitn(3, [':', '/']);
    let host = words.next().and_then(placeholder::known);
    let port = words.next().and_then(|port| port.parse().ok());
    Connection {
        scheme: "oracle".to_owned(),
        user: placeholder::known(user),
        has_password: !password.is_empty(),
        servers: vec![Server { host, port }],
        database: words.next().and_then(placeholder::known),
        options: BTreeMap::new(),
    }
}

/// What follows `scheme://`. Old Redis clients take a login without a colon for the password.
fn network(scheme: String, rest: &str) -> Connection {
    let (login, rest) = split_login(rest);
    let end = rest.find(['/', '?', '#', ';']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let (path, query) = tail.split_once(['?', ';']).unwrap_or((tail, ""));
    let (user, password) = match login.split_once(':') {
        Some(both) => both,
        None if scheme.starts_with("redis") || scheme.starts_with("valkey") => ("", login),
        None => (login, ""),
    };
    let mut options = options(query);
    let in_query = options.remove("password").is_some_and(|password| !password.is_empty());
    let user = placeholder::known(&decode(user)).or_else(|| options.get("user").cloned());
    let named = options.get("databasename").or_else(|| options.get("database")).cloned();
    let path = path.trim_start_matches('/').split('#').next().unwrap_or_default();
    Connection {
        scheme,
        user,
        has_password: !password.is_empty() || in_query,
        servers: authority.split(',').filter(|server| !server.is_empty()).map(server).collect(),
        database: placeholder::known(&decode(path)).or(named),
        options,
    }
}

/// The part before the `@`. A password may hold `@`, `/`, `?` and `#` although it should not: whatever stands before the last
/// `@` is login, so that no piece of it is taken for a host; only a proper query (`?key=…`) keeps its `@`.
fn split_login(rest: &str) -> (&str, &str) {
    let query =
        rest.find('?').filter(|&at| rest[at..].split('@').next().is_some_and(|start| start.contains('=')));
    match rest[..query.unwrap_or(rest.len())].rfind('@') {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => ("", rest),
    }
}

/// `host:port`, `[::1]:port`, `host` or a placeholder.
fn server(text: &str) -> Server {
    let (host, port) = match text.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((address, port)) => (address, port.trim_start_matches(':')),
        None => text.rsplit_once(':').unwrap_or((text, "")),
    };
    let host = host.strip_prefix("tcp(").unwrap_or(host);
    Server { host: placeholder::known(&decode(host)), port: port.parse().ok() }
}

fn options(query: &str) -> BTreeMap<String, String> {
    query
        .split(['&', ';'])
        .filter_map(|pair| pair.split_once('='))
        .filter_map(|(key, value)| {
            let value = if key.eq_ignore_ascii_case("password") {
                value.to_owned()
            } else {
                placeholder::known(&decode(value))?
            };
            Some((key.to_ascii_lowercase(), value))
        })
        .collect()
}

/// `user:password@tcp(host:3306)/database?options`, as Go's MySQL driver takes it.
fn go_dsn(text: &str) -> Option<Connection> {
    let open = text.find("tcp(").or_else(|| text.find("unix("))?;
    let before = &text[..open];
    if !(before.is_empty() || before.ends_with('@')) || before.contains("//") {
        return None;
    }
    let (address, rest) = text[open..].split_once('(')?.1.split_once(')')?;
    let (user, password) =
        before.trim_end_matches('@').split_once(':').unwrap_or((before.trim_end_matches('@'), ""));
    let path = rest.split('?').next().unwrap_or_default().trim_start_matches('/');
    Some(Connection {
        scheme: "mysql".to_owned(),
        user: placeholder::known(user),
        has_password: !password.is_empty(),
        servers: vec![server(address)],
        database: placeholder::known(path),
        options: BTreeMap::new(),
    })
}

/// Percent-decoding; text that is not UTF-8 afterwards stays as it was.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let code = tail
            .get(..2)
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests;
