//! How long backups are kept in each environment: `[environments.NAME]` over `[backup]` over the preset.

use super::load::{Loaded, PolicyError};
use crate::policy::file::{Keep, PolicyFile};
use crate::presets::model::PolicyPreset;

/// The figures of one environment, resolved. Days of 0 are off.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Retention {
    /// Environment id.
    pub environment: String,
    /// Newest verified backups that nothing ever deletes.
    pub keep_last: u32,
    /// Days that every backup is kept.
    pub keep_days: u32,
    /// Days that the last backup of each day is kept.
    pub daily_days: u32,
    /// Days that the last backup of each week is kept.
    pub weekly_days: u32,
    /// Days that the last backup of each month is kept.
    pub monthly_days: u32,
    /// Days that backups before a migration, a restore or a reset are kept.
    pub pre_migration_days: u32,
}

/// The figures of every environment of the preset, production last: it stands for what cannot be told.
pub fn resolve(file: &PolicyFile, preset: &PolicyPreset) -> Vec<Retention> {
    let backup = &file.backup;
    let mut all: Vec<_> = preset
        .cadences
        .iter()
        .map(|cadence| {
            let own: &Keep = file.environments.section(&cadence.environment);
            let pick = |own: Option<u32>, all: Option<u32>, preset| own.or(all).unwrap_or(preset);
            Retention {
                environment: cadence.environment.to_string(),
                keep_last: pick(own.keep_last, backup.keep_last, cadence.keep_last),
                keep_days: pick(own.keep_days, backup.keep_days, cadence.keep_days),
                daily_days: pick(own.daily_days, backup.daily_days, cadence.daily_days),
                weekly_days: pick(own.weekly_days, backup.weekly_days, cadence.weekly_days),
                monthly_days: pick(own.monthly_days, backup.monthly_days, cadence.monthly_days),
                pre_migration_days: pick(
                    own.pre_migration_days,
                    backup.pre_migration_days,
                    preset.pre_migration_days,
                ),
            }
        })
        .collect();
    all.sort_by_key(|one| one.environment == "production");
    all
}

/// What types cannot say about keeping.
pub(super) fn check(loaded: &Loaded) -> Result<(), PolicyError> {
    let file = &loaded.file;
    let too_few = |keys: &[&str]| {
        Err(loaded
            .error_at(keys, "keep_last must be at least 1: the newest verified backup is never deleted"))
    };
    if file.backup.keep_last == Some(0) {
        return too_few(&["backup", "keep_last"]);
    }
    for (name, section) in file.environments.sections() {
        if section.keep_last == Some(0) {
            return too_few(&["environments", name, "keep_last"]);
        }
    }
    if file.archive.after_days == Some(0) {
        return Err(loaded
            .error_at(&["archive", "after_days"], "after_days must be at least 1: a fresh backup stays"));
    }
    match file.archive.problem(file.paths.backups.as_str()) {
        Some(problem) => Err(loaded.error_at(&["archive", "directory"], problem)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use crate::presets::Presets;

    fn of(text: &str, environment: &str) -> Retention {
        let loaded = Loaded::parse(&format!("version = 1\n{text}")).expect("valid");
        let policy = Policy::resolve(&loaded, &Presets::embedded()).expect("resolves");
        policy.retention.into_iter().find(|one| one.environment == environment).expect("known")
    }

    fn error(text: &str) -> String {
        Loaded::parse(&format!("version = 1\n{text}")).expect_err("invalid").to_string()
    }

    #[test]
    fn p_1_an_environment_overrides_all_and_all_override_the_preset() {
        let text = "[backup]\nkeep_last = 3\ndaily_days = 9\n[environments.staging]\nkeep_last = 4\n";
        assert_eq!((of(text, "staging").keep_last, of(text, "staging").daily_days), (4, 9));
        assert_eq!((of(text, "test").keep_last, of(text, "test").daily_days), (3, 9));
        assert_eq!(of(text, "test").keep_days, of("", "test").keep_days);
        assert_ne!(of("", "test").keep_days, of("", "production").keep_days);
    }

    #[test]
    fn p_1_production_is_last_in_every_preset() {
        for preset in Presets::embedded().policies {
            let all = resolve(&PolicyFile::default(), &preset);
            assert_eq!(all.last().map(|one| &*one.environment), Some("production"), "{}", preset.id);
            assert!(all.iter().all(|one| one.keep_last >= 1 && one.pre_migration_days >= 30));
        }
    }

    #[test]
    fn g1_5_development_and_production_have_the_tiers_by_default() {
        for environment in ["development", "production"] {
            let one = of("", environment);
            let tiers = (one.keep_days, one.daily_days, one.weekly_days, one.monthly_days);
            assert_eq!(tiers, (7, 30, 90, 365), "{environment}");
        }
    }

    #[test]
    fn a_figure_that_would_delete_everything_is_an_error_with_its_place() {
        assert!(error("[backup]\nkeep_last = 0\n").starts_with("dbguard.toml:3:13: keep_last must"));
        assert!(
            error("[environments.test]\nkeep_last = 0\n").starts_with("dbguard.toml:3:13: keep_last must")
        );
        assert!(error("[environments.tset]\nkeep_last = 1\n").ends_with("did you mean `test`?"));
        assert!(error("[archive]\nafter_days = 0\n").starts_with("dbguard.toml:3:14: after_days"));
    }

    #[test]
    fn g3_6_an_archive_lies_outside_the_backups() {
        for bad in ["", "/", "./", "backups", "./backups/old", "../cold", "a/../b", "a\\u0000b", "a\\nb"] {
            let message = error(&format!("[archive]\ndirectory = \"{bad}\"\n"));
            assert!(message.starts_with("dbguard.toml:3:13: "), "{bad}: {message}");
        }
        for good in ["/mnt/cold", "backups-old", "it's cold/here"] {
            assert!(Loaded::parse(&format!("version = 1\n[archive]\ndirectory = \"{good}\"\n")).is_ok());
        }
    }
}
