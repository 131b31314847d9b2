//! Where a database's credentials are, in the order in which a script should try them; never what they are.

use super::Facts;
use crate::policy::file::{Credential, CredentialKind, CredentialPart};
use crate::presets::engines::Part;
use crate::presets::model::{List, Str, Variables};
use crate::survey::compose::Variable;
use crate::survey::{Database, Place, env_files, url, variables};

/// Every place that holds a part of this database's connection.
pub(super) fn places(facts: Facts, database: &Database) -> Vec<Credential> {
    let mut places = in_compose(facts, database);
    for source in &database.sources {
        places.extend(in_dotenv(facts, source));
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
        path: in_use(&variable.place.path),
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
fn in_dotenv(facts: Facts, source: &Place) -> Vec<Credential> {
    if !facts.survey.env_files.contains(&source.path) {
        return Vec::new();
    }
    let Ok(file) = facts.tree.read(&source.path) else { return Vec::new() };
    let settings = env_files::settings(&file);
    let Some(told) = settings.iter().find(|setting| setting.place.line == source.line) else {
        return Vec::new();
    };
    let parts = if url::parse(&told.value).is_some() {
        vec![(Part::Url, told.key.clone())]
    } else {
        variables::parts_beside(&settings, facts.presets, source.line)
    };
    let path = in_use(&source.path);
    let credential = |(part, key)| Credential {
        what: what(part),
        kind: CredentialKind::Dotenv,
        path: path.clone(),
        key,
        service: String::new(),
    };
    parts.into_iter().map(credential).collect()
}

const fn what(part: Part) -> CredentialPart {
    match part {
        Part::Url => CredentialPart::Url,
        Part::Host => CredentialPart::Host,
        Part::Port => CredentialPart::Port,
        Part::Database => CredentialPart::Database,
        Part::User => CredentialPart::User,
        Part::Password => CredentialPart::Password,
    }
}

/// The file that is really read where `path` is only its example: `.env` for `.env.example` and for `env.sample`.
fn in_use(path: &str) -> String {
    const ASIDE: [&str; 8] =
        ["example", "sample", "template", "dist", "tmpl", "default", "defaults", "example.complete"];
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let plain = ASIDE.iter().find_map(|word| name.strip_suffix(&format!(".{word}")));
    let Some(plain) = plain.or_else(|| name.strip_suffix("-example")) else { return path.to_owned() };
    let plain = if plain == "env" { ".env" } else { plain };
    if folder.is_empty() { plain.to_owned() } else { format!("{folder}/{plain}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_stands_for_the_file_that_is_really_read() {
        assert_eq!(in_use(".env.example"), ".env");
        assert_eq!(in_use("podman/env.sample"), "podman/.env");
        assert_eq!(in_use("env/backend.env.example"), "env/backend.env");
        assert_eq!(in_use(".env.production"), ".env.production");
    }
}
