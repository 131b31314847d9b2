use super::*;

fn found(path: &str, text: &str) -> Vec<String> {
    let mut found = Found::default();
    detect(&Tree::in_memory([(path, text)]), &Presets::embedded(), &mut found);
    let line = |database: &Database| {
        format!(
            "{} {} {} @{}",
            database.engine,
            database.version.as_deref().unwrap_or("-"),
            database.database.as_deref().unwrap_or("-"),
            database.sources[0].line
        )
    };
    found.values(Field::Ci).into_iter().chain(found.databases.iter().map(line)).collect()
}

#[test]
fn systems_by_their_files() {
    for (path, expected) in [
        (".github/workflows/test.yml", Some("github")),
        ("templates/.github/workflows/test.yml", None),
        (".github/dependabot.yml", None),
        (".gitlab-ci.yml", Some("gitlab")),
        ("docs/.gitlab-ci.yml", None),
        (".circleci/config.yml", Some("circleci")),
        ("Jenkinsfile", Some("jenkins")),
        ("ci/Jenkinsfile", Some("jenkins")),
        ("azure-pipelines.yml", Some("azure")),
        ("cloudbuild.yaml", Some("cloudbuild")),
        (".travis.yml", Some("travis")),
        ("bitbucket-pipelines.yml", Some("bitbucket")),
    ] {
        assert_eq!(system(path), expected, "{path}");
    }
}

#[test]
fn github_services() {
    let text = "jobs:\n  test:\n    services:\n      db:\n        image: postgres:14\n        env:\n          POSTGRES_DB: app_test\n      admin:\n        image: dpage/pgadmin4\n    steps:\n      - run: docker run postgres:9\n";
    assert_eq!(found(".github/workflows/t.yml", text), ["github", "postgres 14 app_test @5"]);
}

#[test]
fn gitlab_names_and_aliases() {
    let text = "services:\n  - mysql:8\n  - name: registry.example.com/redis:7\n    alias: cache\ntest:\n  services: ['mongo:6']\n";
    assert_eq!(found(".gitlab-ci.yml", text), ["gitlab", "mysql 8 - @2", "redis 7 - @3", "mongodb 6 - @6"]);
}

#[test]
fn circleci_travis_bitbucket_and_drone() {
    let circle = "jobs:\n  test:\n    docker:\n      - image: cimg/node:20\n      - image: cimg/postgres:16.1\n        environment: {POSTGRES_DB: app}\n";
    assert_eq!(found(".circleci/config.yml", circle), ["circleci", "postgres 16.1 app @5"]);
    let travis = "services:\n  - postgresql\n  - redis-server\n  - docker\n";
    assert_eq!(found(".travis.yml", travis), ["travis", "postgres - - @2", "redis - - @3"]);
    assert_eq!(found(".travis.yml", "services: mongodb\n"), ["travis", "mongodb - - @1"]);
    let bitbucket = "definitions:\n  services:\n    db:\n      image: mariadb:11\n      variables: {MARIADB_DATABASE: app}\n";
    assert_eq!(found("bitbucket-pipelines.yml", bitbucket), ["bitbucket", "mariadb 11 app @4"]);
    let drone = "kind: pipeline\nservices:\n- name: cache\n  image: redis:6\n";
    assert_eq!(found(".drone.yml", drone), ["drone", "redis 6 - @4"]);
}

#[test]
fn connections_of_the_job() {
    let text =
        "env:\n  DATABASE_URL: postgres://u:hunter2@localhost/app\n  OTHER: ${{ secrets.DATABASE_URL }}\n";
    let mut all = Found::default();
    detect(&Tree::in_memory([(".github/workflows/t.yml", text)]), &Presets::embedded(), &mut all);
    assert_eq!((all.databases.len(), all.databases[0].environment), (1, Environment::Test));
    let text = "env:\n  DATABASE_URL: postgres://u:x@db.prod.example.com/app\n";
    let mut all = Found::default();
    detect(&Tree::in_memory([(".github/workflows/deploy.yml", text)]), &Presets::embedded(), &mut all);
    assert_eq!(all.databases[0].environment, Environment::Production);
}

#[test]
fn broken_files_are_told() {
    let mut all = Found::default();
    detect(&Tree::in_memory([(".github/workflows/t.yml", "a: [1\nb: }")]), &Presets::embedded(), &mut all);
    assert_eq!((all.incomplete.len(), all.incomplete[0].matters), (1, false));
}
