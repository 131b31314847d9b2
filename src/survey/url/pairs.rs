//! Connection strings made of `key=value` pairs: ADO.NET and libpq.

use std::collections::BTreeMap;

use super::{Connection, FILE_ENDINGS, Server, placeholder};

/// Keys that only SQL Server's providers understand.
const SQL_SERVER: [&str; 8] = [
    "initial catalog",
    "trusted_connection",
    "integrated security",
    "trustservercertificate",
    "multipleactiveresultsets",
    "attachdbfilename",
    "persist security info",
    "encrypt",
];

/// `Host=…;Database=…;Username=…`, `Server=…;Initial Catalog=…`, `Data Source=app.db`.
pub(super) fn ado_net(text: &str) -> Option<Connection> {
    let pairs = read(text.split(';'))?;
    let get = |names: &[&str]| names.iter().find_map(|name| pairs.get(*name)).map(String::as_str);
    let source = get(&["host", "server", "data source", "datasource", "filename", "address", "addr"])?;
    if let Some(file) = file(&pairs, source) {
        return Some(Connection {
            scheme: "sqlite".to_owned(),
            database: placeholder::known(file),
            ..Connection::default()
        });
    }
    let database = get(&["database", "initial catalog", "db"]);
    let user = get(&["username", "user id", "userid", "uid", "user", "user name"]);
    if database.is_none() && user.is_none() {
        return None;
    }
    let (host, inline) = address(source);
    Some(Connection {
        scheme: scheme(&pairs, source).to_owned(),
        user: user.and_then(placeholder::known),
        has_password: get(&["password", "pwd"]).is_some_and(|password| !password.is_empty()),
        servers: vec![Server {
            host: placeholder::known(host),
            port: get(&["port"]).or(inline).and_then(|port| port.parse().ok()),
        }],
        database: database.and_then(placeholder::known),
        options: BTreeMap::new(),
    })
}

/// `host=db port=5432 dbname=app user=app`.
pub(super) fn libpq(text: &str) -> Option<Connection> {
    let pairs = read(text.split_whitespace())?;
    let has = |name: &str| pairs.contains_key(name);
    let complete = has("dbname") || has("host") && has("user");
    if !complete {
        return None;
    }
    let get = |name: &str| pairs.get(name).and_then(|value| placeholder::known(value.trim_matches('\'')));
    Some(Connection {
        scheme: "postgresql".to_owned(),
        user: get("user"),
        has_password: has("password"),
        servers: vec![Server { host: get("host"), port: get("port").and_then(|port| port.parse().ok()) }],
        database: get("dbname"),
        options: BTreeMap::new(),
    })
}

/// Pairs with keys in lower case; nothing unless every part is a pair.
fn read<'a>(parts: impl Iterator<Item = &'a str>) -> Option<BTreeMap<String, String>> {
    let mut pairs = BTreeMap::new();
    for part in parts.map(str::trim).filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=')?;
        if key.contains(['/', ':', '?']) {
            return None;
        }
        pairs.insert(key.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned());
    }
    (!pairs.is_empty()).then_some(pairs)
}

/// The path, when the pairs are those of an embedded database.
fn file<'a>(pairs: &BTreeMap<String, String>, source: &'a str) -> Option<&'a str> {
    let lower = source.to_ascii_lowercase();
    let named = FILE_ENDINGS.iter().any(|ending| lower.ends_with(ending));
    let server =
        pairs.contains_key("initial catalog") || pairs.contains_key("database") || pairs.contains_key("host");
    (named && !server).then_some(source)
}

fn scheme(pairs: &BTreeMap<String, String>, source: &str) -> &'static str {
    let has = |key: &str| pairs.contains_key(key);
    let port = pairs.get("port").map(String::as_str);
    let local = source.to_ascii_lowercase();
    if port == Some("5432") || has("host") || has("username") {
        "postgresql"
    } else if port == Some("3306")
        || has("sslmode")
        || has("allowpublickeyretrieval")
        || (has("uid") && has("pwd") && !has("trusted_connection"))
    {
        "mysql"
    } else if SQL_SERVER.iter().any(|key| has(key))
        || local.starts_with("tcp:")
        || local.contains("localdb")
        || local.contains('\\')
        || local.contains(',')
    {
        "sqlserver"
    } else if source.contains('/') || source.contains("(DESCRIPTION") {
        "oracle"
    } else {
        ""
    }
}

/// `tcp:host,1433`, `host\instance`, `host:port`.
fn address(source: &str) -> (&str, Option<&str>) {
    let source = source.strip_prefix("tcp:").unwrap_or(source);
    match source.split_once([',', ':']) {
        Some((host, port)) => (host, Some(port.trim())),
        None => (source, None),
    }
}
