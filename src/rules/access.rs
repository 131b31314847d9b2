//! Whether a server asks for a password, and who can reach it.

use super::servers::Server;
use crate::presets::model::Str;
use crate::presets::wildcard::matches;
use crate::survey::Place;
use crate::survey::compose::Port;

/// The first port of the server that other machines can reach.
pub(super) fn public_port<'a>(server: &'a Server<'_>) -> Option<&'a Port> {
    let ports = &server.known.engine.ports;
    server.service.ports.iter().find(|port| ports.contains(&port.target) && is_public(port))
}

fn is_public(port: &Port) -> bool {
    match port.host_ip.as_deref() {
        None | Some("0.0.0.0" | "::" | "*") => true,
        Some(_) => false,
    }
}

/// What lets everybody in: the setting by name and where it stands, or the lack of any that would not.
pub(super) enum Open {
    /// A setting.
    Setting(String, Place),
    /// Nothing asks for a password.
    Nothing,
}

/// How the server lets everybody in, if it does.
pub(super) fn open(server: &Server<'_>) -> Option<Open> {
    let access = &server.known.engine.access;
    if let Some(found) = access.open.iter().find_map(|setting| set(server, setting)) {
        return Some(found);
    }
    let own = server.service.image.is_some() && server.service.build.is_none();
    let told = access.closed.is_empty() || access.closed.iter().any(|name| told(server, name));
    (own && !told).then_some(Open::Nothing)
}

fn set(server: &Server<'_>, setting: &Str) -> Option<Open> {
    let (name, wanted) = setting.split_once('=').unwrap_or((setting, "*"));
    let variable = server.service.environment.iter().find(|variable| {
        let value = variable.value.as_ref().map_or("", |value| value.reveal().trim());
        variable.name.eq_ignore_ascii_case(name) && is_on(value) && matches(wanted, value)
    });
    if let Some(variable) = variable {
        return Some(Open::Setting(variable.name.clone(), variable.place.clone()));
    }
    let words = server.words();
    let option = options(&words).find(|word| {
        let (key, value) = word.split_once('=').unwrap_or((word, "*"));
        key == name && matches(wanted, value)
    })?;
    Some(Open::Setting(option.to_owned(), server.service.command_place.clone()?))
}

/// An empty value or a plain no switches nothing on, unless that is what the setting asks for.
fn is_on(value: &str) -> bool {
    !matches!(value, "" | "no" | "0")
}

fn told(server: &Server<'_>, name: &Str) -> bool {
    let by_variable = server.service.environment.iter().any(|variable| {
        variable.name == **name && variable.value.as_ref().is_none_or(|value| !value.reveal().is_empty())
    });
    let words = server.words();
    let by_option = options(&words).any(|word| matches(name, word.split('=').next().unwrap_or(word)));
    let by_file =
        name.starts_with('*') && server.service.mounts.iter().any(|mount| matches(name, &mount.target));
    by_variable || by_option || by_file
}

/// The words of a command line, dashes, quotes and brackets taken off.
pub(super) fn options(words: &str) -> impl Iterator<Item = &str> {
    words
        .split(|letter: char| letter.is_whitespace() || "\"'[],;&".contains(letter))
        .map(|word| word.trim_start_matches('-'))
        .filter(|word| !word.is_empty())
}
