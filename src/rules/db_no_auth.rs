//! A server that asks nobody for a password.

use super::access::{self, Open};
use super::servers::{self, Server};
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "db-no-auth",
        title: "Database that asks nobody for a password",
        severity: Severity::Critical,
        why: "Whoever reaches the port can read, change and delete everything. Programs look for such servers all day; they \
              delete the data and leave a note with a price.",
        evidence: "https://scworld.com/news/five-ways-to-declaw-the-meow-bot, \
                   https://www.netdata.cloud/guides/elasticsearch/elasticsearch-exposed-without-authentication/",
        bad: "services:\n  db:\n    image: mongo:7\n    ports:\n      - \"27017:27017\"\n    volumes:\n      - data:/data/db\nvolumes:\n  data:\n",
        good: "services:\n  db:\n    image: mongo:7\n    ports:\n      - \"127.0.0.1:27017:27017\"\n    environment:\n      MONGO_INITDB_ROOT_USERNAME: app\n      MONGO_INITDB_ROOT_PASSWORD: ${MONGO_PASSWORD:?}\n    volumes:\n      - data:/data/db\nvolumes:\n  data:\n",
        remedy: "Set a password (first-start variables do not change a database that exists: create the account inside it), and \
                 publish the port on 127.0.0.1 only, or not at all.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    servers::all(view).iter().filter_map(|server| judge(view, server)).collect()
}

fn judge(view: &View<'_>, server: &Server<'_>) -> Option<Finding> {
    let open = access::open(server)?;
    let port = access::public_port(server);
    let place = match (&open, port) {
        (Open::Setting(_, place), _) => place,
        (Open::Nothing, Some(port)) => &port.place,
        (Open::Nothing, None) => return None,
    };
    let severity = match port {
        Some(_) if server.is_cache() => server.by_environment(Severity::High, Severity::Medium),
        Some(_) => server.by_environment(Severity::Critical, Severity::High),
        None if server.is_cache() => return None,
        None => server.by_environment(Severity::Medium, Severity::Low),
    };
    let how = match &open {
        Open::Setting(name, _) => format!("{name} lets everybody into"),
        Open::Nothing => "Nothing sets a password for".to_owned(),
    };
    let reach =
        if port.is_some() { ", and its port is open to every machine that reaches this one" } else { "" };
    let message = format!("{how} {} in `{}`{reach}.", server.engine(), server.service.name);
    let finding =
        draft::finding(&RULE.about, Kind::Config, draft::line(view, place), server.weigh(severity)?, message);
    Some(match port.filter(|port| port.place != *place) {
        Some(port) => finding.with(draft::line(view, &port.place), "the port that is open"),
        None => finding,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    fn found(service: &str) -> Vec<String> {
        trial::found(&RULE, &[("compose.yaml", &format!("services:\n  db:\n{service}"))])
    }

    #[test]
    fn examples() {
        trial::examples(&RULE, "compose.yaml");
    }

    #[test]
    fn switches_and_their_places() {
        let trust = "    image: postgres:17\n    environment:\n      POSTGRES_HOST_AUTH_METHOD: trust\n";
        assert_eq!(found(trust), ["compose.yaml:5 low"]);
        assert_eq!(found(&format!("{trust}    ports: ['5432:5432']\n")), ["compose.yaml:5 high"]);
        let elastic = "    image: elasticsearch:8.11.1\n    environment:\n      - xpack.security.enabled=false\n    ports: ['9200:9200']\n";
        assert_eq!(found(elastic), ["compose.yaml:5 high"]);
        assert_eq!(found("    image: redis:7\n    ports: ['6379:6379']\n"), ["compose.yaml:4 medium"]);
        let empty = "    image: mysql:8\n    environment: {MYSQL_ALLOW_EMPTY_PASSWORD: 'yes'}\n    ports: ['3306:3306']\n";
        assert_eq!(found(empty), ["compose.yaml:4 high"]);
    }

    #[test]
    fn look_alikes() {
        for service in [
            "    image: redis:7\n    command: redis-server --requirepass ${REDIS_PASSWORD}\n    ports: ['6379:6379']\n",
            "    image: redis:7\n    command: redis-server /etc/redis/redis.conf\n    ports: ['6379:6379']\n",
            "    image: redis:7\n",
            "    image: redis:7\n    ports: ['127.0.0.1:6379:6379']\n",
            "    image: mongo:7\n    command: ['mongod', '--auth']\n    ports: ['27017:27017']\n",
            "    image: mysql:8\n    environment: {MYSQL_ALLOW_EMPTY_PASSWORD: '0'}\n    ports: ['3306:3306']\n",
            "    image: postgres:17\n    environment: {POSTGRES_HOST_AUTH_METHOD: scram-sha-256}\n",
        ] {
            assert_eq!(found(service), Vec::<String>::new(), "{service}");
        }
    }

    #[test]
    fn what_counts_as_a_password_and_as_open() {
        for service in [
            "    image: mongo:7\n    environment: {MONGO_INITDB_ROOT_USERNAME: admin}\n    ports: ['27017:27017']\n",
            "    image: couchdb:3\n    volumes: ['./local.ini:/opt/couchdb/etc/local.ini']\n    ports: ['5984:5984']\n",
            "    build: ./redis\n    image: redis:7\n    ports: ['6379:6379']\n",
            "    image: mongo:7\n    ports: ['9216:9216']\n",
            "    image: redis:7\n    ports: ['192.168.1.9:6379:6379']\n",
        ] {
            assert_eq!(found(service), Vec::<String>::new(), "{service}");
        }
        for (service, expected) in [
            (
                "    image: mongo:7\n    environment: {MONGO_INITDB_ROOT_USERNAME: ''}\n    ports: ['27017:27017']\n",
                "compose.yaml:5 high",
            ),
            (
                "    image: mongo:7\n    environment: {MONGO_INITDB_DATABASE: app}\n    ports: ['27017:27017']\n",
                "compose.yaml:5 high",
            ),
            (
                "    image: couchdb:3\n    volumes: ['d:/opt/couchdb/data']\n    ports: ['5984:5984']\n",
                "compose.yaml:5 high",
            ),
            (
                "    image: mongo:7\n    command: [\"mongod\", \"--noauth\"]\n    ports: ['27017:27017']\n",
                "compose.yaml:4 high",
            ),
            (
                "    image: mysql:8\n    command: --skip-grant-tables\n    ports: ['3306:3306']\n",
                "compose.yaml:4 high",
            ),
            ("    image: redis:7\n    ports: ['*:6379:6379']\n", "compose.yaml:4 medium"),
            ("    image: mongo:7\n    ports: ['0.0.0.0:27017:27017']\n", "compose.yaml:4 high"),
        ] {
            assert_eq!(found(service), [expected], "{service}");
        }
        let inside = "    image: redis:7\n    environment: {ALLOW_EMPTY_PASSWORD: 'yes'}\n";
        assert_eq!(found(inside), Vec::<String>::new());
    }

    #[test]
    fn the_environment_and_the_port_are_told() {
        let text = "services:\n  db:\n    image: postgres:17\n    environment: {POSTGRES_HOST_AUTH_METHOD: trust}\n    ports: ['5432:5432']\n";
        assert_eq!(
            trial::found(&RULE, &[("docker-compose.prod.yml", text)]),
            ["docker-compose.prod.yml:4 critical"]
        );
        let findings = trial::run(&RULE, &[("compose.yaml", text)]);
        assert_eq!(findings[0].related[0].place.line, 5);
        assert!(findings[0].message.contains("open to every machine"), "{}", findings[0].message);
        assert_eq!(trial::found(&RULE, &[("compose.test.yml", text)]), Vec::<String>::new());
    }
}
