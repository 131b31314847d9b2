//! Where a database's credentials are, in the order in which a script should try them; never what they are.

use super::Facts;
use crate::policy::file::{Credential, CredentialKind, CredentialPart};
use crate::presets::model::{Connection, List, Str, Variables};
use crate::survey::compose::Variable;
use crate::survey::{Database, Place, dotenv};

/// Every place that holds a part of this database's connection.
pub(super) fn places(facts: Facts, database: &Database) -> Vec<Credential> {
    let mut places = in_compose(facts, database);
    for source in &database.sources {
        places.extend(in_dotenv(facts, database, source));
    }
    let mut seen = Vec::new();
    places.retain(|place| {
        !seen.contains(place) && {
            seen.push(place.clone());
            true
        }
    });
    places
}

/// Variables of the database's own Compose service, at the places where they are really set.
fn in_compose(facts: Facts, database: &Database) -> Vec<Credential> {
    let (Some(path), Some(name)) = (&database.compose_file, &database.compose_service) else {
        return Vec::new();
    };
    let service = facts.survey.compose.file(path).and_then(|file| file.service(name));
    let Some(service) = service else { return Vec::new() };
    let variables = service
        .image_reference()
        .and_then(|image| facts.presets.by_image(&image).map(|known| known.variables().clone()));
    let variables = variables.unwrap_or_default();
    service.environment.iter().filter_map(|variable| of_variable(path, name, variable, &variables)).collect()
}

fn of_variable(file: &str, service: &str, variable: &Variable, known: &Variables) -> Option<Credential> {
    let what = part_of_image_variable(known, &variable.name)?;
    let in_file = variable.place.path == file;
    Some(Credential {
        what,
        kind: if in_file { CredentialKind::Compose } else { CredentialKind::Dotenv },
        path: variable.place.path.clone(),
        key: if in_file { variable.name.clone() } else { variable.set_as.clone() },
        service: if in_file { service.to_owned() } else { String::new() },
    })
}

fn part_of_image_variable(known: &Variables, name: &str) -> Option<CredentialPart> {
    let in_list = |list: &List<Str>| list.iter().any(|word| **word == *name);
    let parts = [
        (CredentialPart::Password, in_list(&known.password)),
        (CredentialPart::User, in_list(&known.user)),
        (CredentialPart::Database, in_list(&known.database)),
    ];
    parts.into_iter().find(|(_, hit)| *hit).map(|(part, _)| part)
}

/// Keys of the dotenv file at `source`: the line itself, and its siblings that carry the same connection.
fn in_dotenv(facts: Facts, database: &Database, source: &Place) -> Vec<Credential> {
    if !facts.survey.env_files.contains(&source.path) {
        return Vec::new();
    }
    let Ok(file) = facts.tree.read(&source.path) else { return Vec::new() };
    let entries = dotenv::parse(&file);
    let Some(told) = entries.iter().find(|entry| entry.line == source.line) else { return Vec::new() };
    let credential = |what, key: &str| Credential {
        what,
        kind: CredentialKind::Dotenv,
        path: source.path.clone(),
        key: key.to_owned(),
        service: String::new(),
    };
    if crate::survey::url::parse(told.value.reveal()).is_some() {
        return vec![credential(CredentialPart::Url, &told.key)];
    }
    let Some(engine) = facts.presets.engine(&database.engine) else { return Vec::new() };
    let part = |key: &str| part_of_connection(&engine.connection, key);
    entries.iter().filter_map(|entry| part(&entry.key).map(|what| credential(what, &entry.key))).collect()
}

fn part_of_connection(known: &Connection, key: &str) -> Option<CredentialPart> {
    let in_list = |list: &List<Str>| list.iter().any(|word| **word == *key);
    let parts = [
        (CredentialPart::Password, in_list(&known.password)),
        (CredentialPart::User, in_list(&known.user)),
        (CredentialPart::Database, in_list(&known.database)),
        (CredentialPart::Host, in_list(&known.host)),
        (CredentialPart::Port, in_list(&known.port)),
    ];
    parts.into_iter().find(|(_, hit)| *hit).map(|(part, _)| part)
}
