//! Passwords that clients are given as options: `redis-cli -a hunter2`, `mysql -phunter2`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::HIDDEN;
use crate::effects::knowledge::program_name;
use crate::presets::Presets;
use crate::presets::model::Str;

/// Options with a password, by program.
type Options = BTreeMap<&'static str, Vec<&'static Str>>;

/// A line in which the passwords behind options of known clients are hidden; it is a part of a command, or text around one.
pub(crate) fn without_passwords(line: &str) -> String {
    let mut shown = String::new();
    let mut secret: &[&Str] = &[];
    let mut is_value = false;
    for part in line.split_inclusive(char::is_whitespace) {
        let word = part.trim_end();
        let blank = &part[word.len()..];
        let known = options().get(program_name(bare(word)));
        let hidden = if is_value && !word.is_empty() { Some(hidden(word, 0)) } else { joined(word, secret) };
        match hidden {
            Some(hidden) => shown.push_str(&hidden),
            None => shown.push_str(word),
        }
        if !word.is_empty() {
            is_value = !is_value && secret.iter().any(|option| ***option == *word);
        }
        shown.push_str(blank);
        if let Some(options) = known {
            secret = options;
        } else if word.ends_with([';', '|', '&']) {
            secret = &[];
        }
    }
    shown
}

/// A word that holds its option's value, hidden: `-phunter2`, `--password=hunter2`.
fn joined(word: &str, options: &[&Str]) -> Option<String> {
    options.iter().find_map(|option| {
        let name = option.trim_end_matches('=');
        let value = word.strip_prefix(name)?;
        let is_joined = option.ends_with('=') && !value.is_empty() || value.starts_with('=');
        is_joined.then(|| hidden(word, name.len() + usize::from(value.starts_with('='))))
    })
}

/// A word of which all from byte `from` on is hidden, but for the quotes and marks around it; a variable is no secret.
fn hidden(word: &str, from: usize) -> String {
    let (head, value) = word.split_at(from);
    let core = value.trim_matches(|letter: char| "\"'`;|&)".contains(letter));
    if core.is_empty() || core.starts_with('$') || core.starts_with('<') {
        return word.to_owned();
    }
    format!("{head}{}", value.replacen(core, HIDDEN, 1))
}

/// A program's name without what a document or a shell puts in front of it.
fn bare(word: &str) -> &str {
    word.trim_matches(|letter: char| "\"'`$([{,:".contains(letter))
}

fn options() -> &'static Options {
    static OPTIONS: OnceLock<Options> = OnceLock::new();
    OPTIONS.get_or_init(|| {
        let mut options = Options::new();
        for secret in Presets::embedded_families().iter().flat_map(|family| family.secrets.iter()) {
            for program in &*secret.programs {
                options.entry(&**program).or_default().extend(secret.options.iter());
            }
        }
        options
    })
}

#[cfg(test)]
mod tests {
    use super::without_passwords;

    #[test]
    fn passwords_of_clients_are_hidden() {
        for (line, shown) in [
            ("redis-cli -a hunter2 flushall", "redis-cli -a *** flushall"),
            ("mysql -uroot -phunter2 -e 'x'", "mysql -uroot -p*** -e 'x'"),
            ("mysql --password hunter2 shop", "mysql --password *** shop"),
            ("  - run: `mongosh -u a -p 'hunter2'`", "  - run: `mongosh -u a -p '***'`"),
            (
                "docker exec db mysqldump --password=\"hunter2\" x",
                "docker exec db mysqldump --password=\"***\" x",
            ),
            ("/usr/bin/mariadb -phunter2; ls -phunter2", "/usr/bin/mariadb -p***; ls -phunter2"),
            ("curl -u elastic:hunter2 -XDELETE a", "curl -u *** -XDELETE a"),
            ("sshpass -phunter2 ssh a", "sshpass -p*** ssh a"),
        ] {
            assert_eq!(without_passwords(line), shown);
        }
    }

    #[test]
    fn what_is_no_password_stays() {
        for line in [
            "mkdir -p a/b && cp -a c d",
            "docker run -p 5432:5432 redis",
            "psql -p 5432 shop",
            "mysql -p shop",
            "mysql -p\"$MYSQL_PASSWORD\" shop",
            "redis-cli -p 6379 flushall",
            "redis-cli -a \"${REDIS_PASSWORD}\" flushall  # all",
            "",
            "mysql\t-e  'x'",
        ] {
            assert_eq!(without_passwords(line), line);
        }
    }
}
