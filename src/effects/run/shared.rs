//! Whether the database that a project is configured for is one that others use as well.

use super::Run;
use super::state::State;
use crate::effects::value::Value;
use crate::source::SourceFile;
use crate::survey::environment::is_loopback;
use crate::survey::{dotenv, url};

/// Endings of variables that hold a database's address.
const ADDRESSES: [&str; 3] = ["_URL", "_URI", "_DSN"];

impl Run<'_> {
    /// Whether the line, or the file of variables that it reads, names a server that is not this machine. What the line sets and
    /// cannot be told may be one.
    pub(super) fn is_shared(&self, state: &State) -> bool {
        let is_address = |name: &str| ADDRESSES.iter().any(|ending| name.ends_with(ending));
        let own: Vec<&Value> =
            state.exported.iter().filter(|(name, _)| is_address(name)).map(|(_, value)| value).collect();
        if !own.is_empty() {
            return own.iter().any(|value| !value.is_known() || is_remote(value.text()));
        }
        let is_file = |value: &&str| value.rsplit('/').next().is_some_and(|name| name.starts_with(".env"));
        let mut named = state.options.iter().map(|(_, value)| value.as_str()).filter(is_file);
        let path = state.path(named.next_back().unwrap_or(".env"));
        let Some(text) = self.facts.read(&path) else { return false };
        let entries = dotenv::parse(&SourceFile::new(path, text));
        entries.iter().any(|entry| is_address(&entry.key) && is_remote(entry.value.reveal()))
    }
}

/// A host with a dot that is not this machine; one without is a service of a Compose project.
fn is_remote(address: &str) -> bool {
    let parsed = url::parse(address);
    let host = parsed.as_ref().and_then(url::Connection::host);
    host.is_some_and(|host| host.contains('.') && !is_loopback(host) && !host.ends_with(".internal.docker"))
}
