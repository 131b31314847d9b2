//! A key that is made anew while the data that it opens stays.

use super::surroundings::Surroundings;
use super::{Rule, View, draft, embedded};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::presets::Presets;
use crate::survey::compose::{ComposeFile, Service};
use crate::survey::hidden::Hidden;
use crate::survey::image::ImageRef;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "encryption-key-volatile",
        title: "Encryption key that does not outlive the container",
        severity: Severity::High,
        why: "The application makes up a key at its first start and encrypts stored credentials with it. When the container is \
              replaced there is a new key, and what the database holds cannot be read any more.",
        evidence: "How n8n keeps its key: https://docs.n8n.io/hosting/configuration/configuration-examples/encryption-key/",
        bad: "services:\n  n8n:\n    image: n8nio/n8n:1.100.0\n    environment:\n      DB_TYPE: postgresdb\n",
        good: "services:\n  n8n:\n    image: n8nio/n8n:1.100.0\n    environment:\n      DB_TYPE: postgresdb\n      N8N_ENCRYPTION_KEY: ${N8N_ENCRYPTION_KEY:?}\n",
        remedy: "Read the key that is in use out of the running container, keep it in a safe place, and set it as a variable.",
        fix: None,
    },
    check,
};

/// Words of a start command that make a new key.
const MAKERS: [&str; 3] = ["key:generate", "openssl rand", "secrets.token_"];

fn check(view: &View<'_>) -> Vec<Finding> {
    view.survey.compose.servers().filter_map(|(file, service)| judge(view, file, service)).collect()
}

fn judge(view: &View<'_>, file: &ComposeFile, service: &Service) -> Option<Finding> {
    let severity = Surroundings::of(&file.path).weigh(RULE.about.severity)?;
    if let Some(keeper) = forgetful(service) {
        let place = service.image.as_ref().map_or(&service.place, |image| &image.place);
        let message = format!(
            "{keeper} in `{}` makes up a new encryption key whenever its container is replaced.",
            service.name
        );
        return Some(draft::finding(&RULE.about, Kind::Config, draft::line(view, place), severity, message));
    }
    let words = service.command.as_ref().map(Hidden::reveal)?;
    let maker = MAKERS.iter().find(|maker| words.contains(**maker) && !words.contains("--show"))?;
    let message = format!("`{}` makes a new key with `{maker}` at every start.", service.name);
    let place = service.command_place.as_ref()?;
    Some(draft::finding(&RULE.about, Kind::Config, draft::line(view, place), severity, message))
}

/// The application, if neither a variable nor a volume keeps its key.
fn forgetful(service: &Service) -> Option<&'static str> {
    let reference = service.image.as_ref().and_then(|image| ImageRef::parse(&image.text))?;
    let known =
        Presets::embedded_containers().iter().find(|known| !known.keys.is_empty() && known.is(&reference))?;
    let told =
        known.keys.iter().any(|name| service.variable(name).is_some()) || !service.env_files.is_empty();
    let kept = known.key_directory.as_deref().is_none_or(|path| embedded::mount_of(service, path).is_some());
    let elsewhere = known.served_by.iter().any(|name| service.variable(name).is_some());
    (!told && !kept && elsewhere).then_some(&*known.title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "compose.yaml");
    }

    #[test]
    fn volumes_keep_keys_and_commands_make_them() {
        let kept = format!("{}    volumes: ['n8n:/home/node/.n8n']\nvolumes:\n  n8n:\n", RULE.about.bad);
        assert!(trial::found(&RULE, &[("compose.yaml", &kept)]).is_empty());
        let made =
            "services:\n  app:\n    build: .\n    command: sh -c 'php artisan key:generate && php-fpm'\n";
        assert_eq!(trial::found(&RULE, &[("compose.yaml", made)]), ["compose.yaml:4 high"]);
    }

    #[test]
    fn look_alikes() {
        let found = |text: &str| trial::found(&RULE, &[("compose.yaml", text)]);
        assert_eq!(found(RULE.about.bad), ["compose.yaml:3 high"]);
        let in_file = format!("{}    env_file: n8n.env\n", RULE.about.bad);
        // With its database elsewhere it needs no volume, so that nobody would miss one.
        let own = RULE.about.bad.replace("      DB_TYPE: postgresdb\n", "      TZ: UTC\n");
        let other = RULE.about.bad.replace("n8nio/n8n:1.100.0", "grafana/grafana:11");
        let command = |text: &str| format!("services:\n  app:\n    build: .\n    command: {text}\n");
        for text in [in_file, own, other, command("php artisan key:generate --show"), command("php-fpm")] {
            assert_eq!(found(&text), Vec::<String>::new(), "{text}");
        }
        assert_eq!(found(&command("sh -c 'export APP_KEY=$$(openssl rand -hex 32); ./app'")).len(), 1);
        assert_eq!(trial::found(&RULE, &[("compose.test.yaml", RULE.about.bad)]), Vec::<String>::new());
    }
}
