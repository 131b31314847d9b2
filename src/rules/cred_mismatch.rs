//! An application that has other credentials than its database was made with.

use super::servers::{self, Server};
use super::{Rule, View, draft, values};
use crate::finding::{Confidence, Description, Finding, Kind, Severity};
use crate::survey::compose::{Service, Variable};
use crate::survey::hidden::Hidden;
use crate::survey::{managed, url};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "cred-mismatch",
        title: "Application and database disagree about user or password",
        severity: Severity::High,
        why: "The first-start variables of a database image are read only while its volume is empty. Where an application has \
              another user or password, it cannot log in, and the repair that people find is to delete the volume.",
        evidence: "https://github.com/docker-library/postgres/issues/487, https://github.com/immich-app/immich/issues/18162",
        bad: "services:\n  app:\n    image: app\n    environment:\n      DATABASE_URL: postgres://shop:blue@db:5432/shop\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_USER: shop\n      POSTGRES_PASSWORD: green\n",
        good: "services:\n  app:\n    image: app\n    environment:\n      DATABASE_URL: postgres://shop:${DB_PASSWORD:?}@db:5432/shop\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_USER: shop\n      POSTGRES_PASSWORD: ${DB_PASSWORD:?}\n",
        remedy: "Give both the same variable. If the database exists already, change the password inside it (`ALTER ROLE`), never by \
                 deleting its volume.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for server in servers::all(view) {
        let clients = server.file.services.iter().filter(|service| service.name != server.service.name);
        for client in clients {
            findings.extend(
                client.environment.iter().filter_map(|variable| judge(view, &server, client, variable)),
            );
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    findings.retain(|finding| seen.insert((finding.place.clone(), finding.message.clone())));
    findings
}

fn judge(view: &View<'_>, server: &Server<'_>, client: &Service, variable: &Variable) -> Option<Finding> {
    let text = variable.value.as_ref()?.reveal();
    let connection = url::parse(text)?;
    let own = [&server.service.name]
        .into_iter()
        .chain(&server.service.container_name)
        .chain(&server.service.aliases);
    if !own.into_iter().any(|name| Some(name.as_str()) == connection.host())
        || managed::is_aside(&variable.place.path)
    {
        return None;
    }
    let user = connection.user.as_deref().and_then(url::known)?;
    let set_up = Account::of(server, &user)?;
    let (what, confidence) = if set_up.user == user {
        let theirs = values::password_in(text).filter(|password| !password.contains(['%', '$']))?;
        let ours = set_up.password.and_then(|password| password.value.as_ref()).map(Hidden::reveal)?;
        if ours.is_empty() || ours.contains('$') || ours == theirs {
            return None;
        }
        ("password", Confidence::High)
    } else {
        if server.service.mounts.iter().any(|mount| mount.target.contains("initdb")) {
            return None;
        }
        ("user", Confidence::Medium)
    };
    let severity = server.weigh(RULE.about.severity)?;
    let message = format!(
        "{} of `{}` has another {what} than `{}` is set up with.",
        variable.set_as, client.name, server.service.name
    );
    let finding =
        draft::finding(&RULE.about, Kind::Config, draft::line(view, &variable.place), severity, message);
    let other =
        set_up.password.filter(|_| what == "password").map_or(&server.service.place, |found| &found.place);
    Some(finding.sure(confidence).with(draft::line(view, other), "what the database is set up with"))
}

/// The account that the image makes at its first start.
struct Account<'a> {
    user: String,
    password: Option<&'a Variable>,
}

impl<'a> Account<'a> {
    /// The one that a client calling itself `user` may mean: the image's administrator, or the one that is named.
    fn of(server: &'a Server<'_>, user: &str) -> Option<Self> {
        let variables = server.known.variables();
        let administrator = |name: &str| name.contains("ROOT");
        let password = |root: bool| {
            let mut names = variables.password.iter().filter(move |name| administrator(name) == root);
            names.find_map(|name| server.service.variable(name))
        };
        if user == "root" && variables.password.iter().any(|name| administrator(name)) {
            return Some(Self {
                user: user.to_owned(),
                password: password(true).or_else(|| password(false)),
            });
        }
        let known = server.database.user.clone()?;
        let named = variables.user.iter().any(|name| server.service.variable(name).is_some());
        let any = named || server.service.env_files.is_empty();
        any.then(|| Self { user: known, password: password(false).or_else(|| password(true)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples_and_no_secret_is_shown() {
        trial::examples(&RULE, "compose.yaml");
        let found = trial::run(&RULE, &[("compose.yaml", RULE.about.bad)]);
        assert_eq!((found[0].place.line, found[0].related[0].place.line), (5, 10));
        let shown = format!("{found:?}");
        assert!(!shown.contains("blue") && !shown.contains("green"), "{shown}");
    }

    #[test]
    fn users_and_administrators() {
        let found = |url: &str, more: &str| {
            let text = format!(
                "services:\n  app:\n    image: app\n    environment: ['URL={url}']\n  db:\n    image: mysql:8\n    environment:\n      MYSQL_USER: shop\n      MYSQL_PASSWORD: one\n      MYSQL_ROOT_PASSWORD: two\n{more}"
            );
            trial::found(&RULE, &[("compose.yaml", &text)])
        };
        assert!(found("mysql://root:two@db/x", "").is_empty());
        assert!(found("mysql://shop:one@db/x", "").is_empty());
        assert_eq!(found("mysql://root:one@db/x", ""), ["compose.yaml:4 high"]);
        assert_eq!(found("mysql://other:one@db/x", ""), ["compose.yaml:4 high"]);
        assert!(
            found("mysql://other:x@db/x", "    volumes: ['./init:/docker-entrypoint-initdb.d']\n").is_empty()
        );
        assert!(found("mysql://other:x@elsewhere/x", "").is_empty());
    }

    #[test]
    fn values_of_files_are_compared_where_they_stand() {
        let text = "services:\n  app:\n    image: app\n    env_file: .env\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: ${DB_PASSWORD}\n";
        let env = "DB_PASSWORD=one\nDATABASE_URL=postgres://postgres:two@db/x\n";
        assert_eq!(trial::found(&RULE, &[("compose.yaml", text), (".env", env)]), [".env:2 high"]);
    }

    #[test]
    fn what_cannot_be_compared() {
        let found = |path: &str, url: &str, password: &str, more: &str| {
            let text = format!(
                "services:\n  app:\n    image: app\n    environment:\n      A_URL: {url}\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_USER: shop\n      POSTGRES_PASSWORD: {password}\n{more}"
            );
            trial::found(&RULE, &[(path, &text)])
        };
        let path = "compose.yaml";
        assert_eq!(found(path, "postgres://shop:a@db/x", "b", ""), ["compose.yaml:5 high"]);
        assert!(found(path, "postgres://shop:a%40@db/x", "b", "").is_empty());
        assert!(found(path, "postgres://shop:$$a@db/x", "b", "").is_empty());
        assert!(found(path, "postgres://shop:a@db/x", "''", "").is_empty());
        assert!(found(path, "postgres://shop:a@db/x", "${UNSET}", "").is_empty());
        assert!(found("compose.test.yaml", "postgres://shop:a@db/x", "b", "").is_empty());
        let data = "    volumes: ['./data:/var/lib/postgresql/data']\n";
        assert_eq!(found(path, "postgres://reader:a@db/x", "b", data), ["compose.yaml:5 high"]);
        let called =
            "    container_name: shop-db\n    networks: {back: {aliases: [store]}}\nnetworks:\n  back:\n";
        for host in ["shop-db", "store"] {
            assert_eq!(found(path, &format!("postgres://shop:a@{host}/x"), "b", called).len(), 1, "{host}");
        }
    }

    #[test]
    fn one_account_is_told_of_once() {
        let text = "x-app: &app\n  image: app\n  environment: &env\n    A_URL: postgres://shop:a@db/x\nservices:\n  one:\n    <<: *app\n  two:\n    image: b\n    environment:\n      <<: *env\n  db:\n    image: postgres:17\n    environment: ['POSTGRES_USER=shop', 'POSTGRES_PASSWORD=b']\n";
        let found = trial::run(&RULE, &[("compose.yaml", text)]);
        assert_eq!(found.iter().map(|one| one.place.line).collect::<Vec<_>>(), [4, 4]);
        let own = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_USER: shop\n      POSTGRES_PASSWORD: b\n      A_URL: postgres://shop:a@db/x\n";
        assert!(trial::found(&RULE, &[("compose.yaml", own)]).is_empty());
    }

    #[test]
    fn the_account_in_a_file_that_cannot_be_read_is_not_known() {
        let text = "services:\n  app:\n    image: app\n    environment: {A_URL: 'postgres://shop:a@db/x'}\n  db:\n    image: postgres:17\n    env_file: db.secret.env\n";
        assert!(trial::found(&RULE, &[("compose.yaml", text)]).is_empty());
    }
}
