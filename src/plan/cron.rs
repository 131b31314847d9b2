//! How often a database is backed up, as cron says it.

use super::context::Context;
use crate::policy::file::{DatabaseEntry, DeclaredEnvironment, Run};
use crate::survey::environment::is_loopback;
use crate::survey::{Database, Environment};

/// The first five fields of a crontab line. What is local is judged as development, doubt as production, as the scripts do.
pub(super) fn cron(context: &Context, entry: &DatabaseEntry, declared: Option<&Database>) -> String {
    let local = match entry.run {
        Run::Compose => declared.is_some_and(|database| database.environment == Environment::Development),
        Run::Direct => entry.host.as_deref().is_some_and(is_loopback),
        Run::File | Run::Container => true,
        Run::Kubernetes => false,
    };
    let environment = match entry.environment {
        DeclaredEnvironment::Auto if local => "development",
        DeclaredEnvironment::Auto => "production",
        DeclaredEnvironment::Development
        | DeclaredEnvironment::Test
        | DeclaredEnvironment::Staging
        | DeclaredEnvironment::Production => entry.environment.id(),
    };
    let every = context.policy.cadence(environment).map_or("6h", |cadence| &*cadence.every);
    fields(every)
}

/// `15m` and `6h` as crontab fields; off the full hour, when everybody else's jobs run.
fn fields(every: &str) -> String {
    let number = |unit: char| every.strip_suffix(unit).and_then(|number| number.parse::<u32>().ok());
    match (number('m'), number('h')) {
        (Some(minutes @ 1..=59), _) => format!("*/{minutes} * * * *"),
        (_, Some(1)) => "7 * * * *".to_owned(),
        (_, Some(hours @ 2..=23)) => format!("7 */{hours} * * *"),
        _ => "7 2 * * *".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::fields;

    #[test]
    fn frequencies_become_crontab_fields() {
        assert_eq!(fields("15m"), "*/15 * * * *");
        assert_eq!(fields("6h"), "7 */6 * * *");
        assert_eq!(fields("1h"), "7 * * * *");
        assert_eq!(fields("24h"), "7 2 * * *");
        assert_eq!(fields("before-each-run"), "7 2 * * *");
    }
}
