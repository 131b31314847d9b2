//! A database's port, published to every network.

use super::access;
use super::servers::{self, Server};
use super::surroundings::lower;
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Offer, Severity};
use crate::source::Edit;
use crate::survey::Place;
use crate::survey::compose::Port;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "db-port-public",
        title: "Database port open to every network",
        severity: Severity::High,
        why: "A port published without an address is bound to all of them, and Docker's own rules come before those of `ufw`. \
              Programs try such ports all day; databases with weak passwords are emptied and held for ransom.",
        evidence: "https://news.lavx.hu/article/when-your-database-gets-nuked-docker-security-lessons-from-the-trenches, \
                   https://docs.docker.com/engine/network/packet-filtering-firewalls/",
        bad: "services:\n  db:\n    image: postgres:17\n    ports:\n      - \"5432:5432\"\n",
        good: "services:\n  db:\n    image: postgres:17\n    ports:\n      - \"127.0.0.1:5432:5432\"\n",
        remedy: "Bind it to this machine (`127.0.0.1:5432:5432`), or drop `ports:`: services of one project reach each other without.",
        fix: Some(Offer::asked(
            "puts `127.0.0.1:` before the port, which cuts off everybody who uses it from another machine",
        )),
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    servers::all(view).iter().filter_map(|server| judge(view, server)).collect()
}

fn judge(view: &View<'_>, server: &Server<'_>) -> Option<Finding> {
    if access::open(server).is_some() {
        return None;
    }
    let base = server.by_environment(Severity::High, Severity::Medium);
    let severity = server.weigh(if server.is_record() { base } else { lower(base) })?;
    if let Some(port) = access::public_port(server) {
        let message = format!(
            "Port {} of {} in `{}` is open to every machine that reaches this one, past its firewall.",
            port.target,
            server.engine(),
            server.service.name
        );
        let finding =
            draft::finding(&RULE.about, Kind::Config, draft::line(view, &port.place), severity, message);
        return Some(finding.mended(false, "bind the port to 127.0.0.1", bound(view, port)));
    }
    let mode = server.service.network_mode.as_ref().filter(|mode| mode.text == "host")?;
    let message = format!(
        "`{}` shares the host's network: {} listens on all its addresses.",
        server.service.name,
        server.engine()
    );
    Some(draft::finding(&RULE.about, Kind::Config, place(view, &mode.place), severity, message))
}

fn place(view: &View<'_>, at: &Place) -> crate::finding::Place {
    draft::line(view, at)
}

/// The address put before a port that is written as `HOST:CONTAINER`, as an item of its own line or among others in brackets.
fn bound(view: &View<'_>, port: &Port) -> Vec<Edit> {
    let Ok(file) = view.tree.read(&port.place.path) else { return Vec::new() };
    let line = file.line_span(port.place.line);
    let text = file.slice(line);
    if port.host_ip.is_some() || port.published.is_none() {
        return Vec::new();
    }
    let at = item(text).or_else(|| among_others(text, port));
    at.map(|at| Edit::insert(line.start + at, "127.0.0.1:")).into_iter().collect()
}

/// Where the port begins in `- "5432:5432"`.
fn item(line: &str) -> Option<usize> {
    let item = line.strip_prefix('-')?.trim_start().trim_start_matches(['"', '\'']);
    let ports = item.split(['"', '\'', '#']).next().unwrap_or_default().trim_end();
    let plain = ports.contains(':') && !ports.contains(' ');
    plain.then_some(line.len() - item.len())
}

/// Where it begins in `ports: ["80:80", "5432:5432"]`; none where two read alike.
fn among_others(line: &str, port: &Port) -> Option<usize> {
    let written = format!("{}:{}", port.published?, port.target);
    let is_whole = |at: &usize| {
        let before = line[..*at].chars().next_back().is_some_and(|mark| "\"'[ ,".contains(mark));
        let after = line[*at + written.len()..].chars().next().is_some_and(|mark| "\"'] ,/".contains(mark));
        before && after
    };
    let code = line.split(" #").next().unwrap_or(line);
    let mut found = code.match_indices(&written).map(|(at, _)| at).filter(is_whole);
    let first = found.next().filter(|_| line.contains('['))?;
    found.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    fn found(path: &str, ports: &str) -> Vec<String> {
        let text = format!("services:\n  db:\n    image: postgres:17\n    ports:\n      - {ports}\n");
        trial::found(&RULE, &[(path, &text)])
    }

    #[test]
    fn examples_and_the_fix() {
        trial::examples(&RULE, "compose.yaml");
        assert_eq!(trial::fixed(&RULE, "compose.yaml", RULE.about.bad), RULE.about.good);
        let variable = RULE.about.bad.replace("\"5432:5432\"", "${DB_PORT:-5432}:5432 # for tools");
        assert!(
            trial::fixed(&RULE, "compose.yaml", &variable)
                .contains("- 127.0.0.1:${DB_PORT:-5432}:5432 # for")
        );
    }

    #[test]
    fn ports_in_brackets_are_bound_where_one_is_meant() {
        let brackets = |ports: &str| RULE.about.bad.replace("\n      - \"5432:5432\"", &format!(" {ports}"));
        let after = trial::fixed(&RULE, "compose.yaml", &brackets("[\"80:80\", \"5432:5432\"] # both"));
        assert!(after.contains("ports: [\"80:80\", \"127.0.0.1:5432:5432\"] # both"), "{after}");
        for ports in
            ["[\"5432:5432\", \"5432:5432\"]", "[{target: 5432, published: 5432}]", "['0.0.0.0:5432:5432']"]
        {
            let found = trial::run(&RULE, &[("compose.yaml", &brackets(ports))]);
            assert!(found.iter().all(|one| one.fix.is_none()), "{ports}");
        }
    }

    #[test]
    fn all_forms_in_all_places() {
        assert_eq!(found("docker-compose.prod.yml", "5432:5432"), ["docker-compose.prod.yml:5 high"]);
        assert_eq!(found("compose.yml", "'0.0.0.0:5432:5432'"), ["compose.yml:5 medium"]);
        assert_eq!(found("compose.yml", "{target: 5432, published: 15432}"), ["compose.yml:5 medium"]);
        assert_eq!(found("compose.dev.yml", "5432:5432"), ["compose.dev.yml:5 low"]);
        let host = "services:\n  db:\n    image: postgres:17\n    network_mode: host\n";
        assert_eq!(trial::found(&RULE, &[("compose.yml", host)]), ["compose.yml:4 medium"]);
    }

    #[test]
    fn look_alikes() {
        assert!(found("compose.test.yml", "5432:5432").is_empty());
        assert!(found("compose.yml", "'10.0.0.5:5432:5432'").is_empty());
        assert!(found("compose.yml", "'[::1]:5432:5432'").is_empty());
        let other = "services:\n  app:\n    image: nginx\n    ports: ['80:80']\n  db:\n    image: postgres:17\n    expose: [5432]\n";
        assert_eq!(trial::found(&RULE, &[("compose.yml", other)]), Vec::<String>::new());
    }

    #[test]
    fn who_is_left_to_other_rules_and_which_ports_count() {
        let of =
            |service: &str| trial::found(&RULE, &[("compose.yml", &format!("services:\n  db:\n{service}"))]);
        let trust = "    image: postgres:17\n    environment: {POSTGRES_HOST_AUTH_METHOD: trust}\n    ports: ['5432:5432']\n";
        assert_eq!(of(trust), Vec::<String>::new());
        let queue =
            "    image: redis:7\n    command: redis-server --requirepass x\n    ports: ['6379:6379']\n";
        assert_eq!(of(queue), ["compose.yml:5 low"]);
        assert_eq!(of("    image: postgres:17\n    ports: ['9187:9187']\n"), Vec::<String>::new());
        assert_eq!(of("    image: postgres:17\n    network_mode: bridge\n"), Vec::<String>::new());
    }

    #[test]
    fn ports_that_the_fix_leaves_alone() {
        let fix = |ports: &str| {
            let text = format!("services:\n  db:\n    image: postgres:17\n    ports:\n      - {ports}\n");
            let found = trial::run(&RULE, &[("compose.yml", &text)]);
            assert_eq!(found.len(), 1, "{ports}");
            found[0].fix.is_some()
        };
        for plain in ["5432:5432", "'15432:5432'", "\"5432:5432/tcp\""] {
            assert!(fix(plain), "{plain}");
        }
        for other in ["5432", "0.0.0.0:5432:5432", "{target: 5432, published: 5432}"] {
            assert!(!fix(other), "{other}");
        }
    }
}
