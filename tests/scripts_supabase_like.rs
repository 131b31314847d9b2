//! The scripts for Supabase against a real PostgreSQL server that listens where a local stack would, with schemas and roles like
//! Supabase's. It is not Supabase.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server has to fail"
)]

mod support;

use serde_json::json;
use support::postgres::{BINARIES, Server};
use support::project::Project;

const STACK: &str = "
    CREATE ROLE supabase_admin SUPERUSER LOGIN PASSWORD 'postgres';
    CREATE ROLE postgres LOGIN CREATEDB CREATEROLE BYPASSRLS PASSWORD 'postgres';
    CREATE ROLE supabase_auth_admin; CREATE ROLE supabase_storage_admin; CREATE ROLE authenticated;
    ALTER DATABASE postgres OWNER TO postgres; ALTER SCHEMA public OWNER TO postgres;
    CREATE SCHEMA auth AUTHORIZATION supabase_auth_admin; CREATE SCHEMA storage AUTHORIZATION supabase_storage_admin;
    CREATE TABLE auth.users (id int PRIMARY KEY, email text); ALTER TABLE auth.users OWNER TO supabase_auth_admin;
    INSERT INTO auth.users SELECT i, i || '@example.org' FROM generate_series(1, 500) AS i;
    CREATE TABLE storage.objects (name text); ALTER TABLE storage.objects OWNER TO supabase_storage_admin;
    INSERT INTO storage.objects VALUES ('a.png'), ('b.png');
    GRANT USAGE ON SCHEMA auth TO postgres; GRANT ALL ON auth.users TO postgres;
    SET ROLE postgres;
    CREATE TABLE public.notes (id int, owner int REFERENCES auth.users); ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON notes FOR SELECT TO authenticated USING (owner = 1);
    INSERT INTO notes SELECT i, i FROM generate_series(1, 300) AS i;";

const SUM: &str = "SELECT (SELECT count(*) FROM auth.users), (SELECT count(*) FROM storage.objects), (SELECT count(*) FROM notes),
    (SELECT string_agg(tableowner, ',' ORDER BY tablename) FROM pg_tables WHERE schemaname IN ('auth', 'storage', 'public')),
    (SELECT relrowsecurity FROM pg_class WHERE relname = 'notes'), (SELECT count(*) FROM pg_policies)";

/// Where a local stack listens by default; another project's may be running there.
fn stack() -> (Server, String) {
    let free = std::net::TcpListener::bind("127.0.0.1:54322")
        .or_else(|_| std::net::TcpListener::bind("127.0.0.1:0"));
    let port = free.unwrap().local_addr().unwrap().port();
    let other = Server::start_at(
        tempfile::Builder::new().prefix("dbguard-postgres-").tempdir().unwrap().keep(),
        &BINARIES,
        port,
    );
    other.sql("postgres", STACK);
    let config = match port {
        54322 => "project_id = \"shop\"\n[api]\nport = 1\n[db]\nmajor_version = 15\n".to_owned(),
        port => format!("project_id = \"shop\"\n[api]\nport = 1\n[db]\nport = {port} # here\n"),
    };
    (other, config)
}

#[test]
fn g3_1_supabase_like_stack_is_backed_up_with_auth_and_storage_and_refilled_in_place() {
    let (other, config) = stack();
    let project = Project::guarded("shop", &[("supabase/config.toml", &config)]);
    let shown = project.run("backup.sh", &[], "").expect(0);
    assert!(shown.stdout.contains("environment: development (a loopback address)"), "{}", shown.text());
    assert!(shown.stderr.contains("2 files of Storage are named in this backup"), "{}", shown.text());
    let id = std::fs::read_dir(project.root.join("backups"))
        .unwrap()
        .flatten()
        .find(|entry| entry.path().join("latest").exists());
    let id = id.unwrap().file_name().into_string().unwrap();
    let name = project.backups(&id).remove(0);
    let folder = project.root.join("backups").join(&id).join(&name);
    for file in ["database.dump", "full.sql", "schema.sql", "data.sql", "globals.sql"] {
        assert!(folder.join(file).exists(), "{file}");
    }
    let counts = &project.metadata(&id, &name)["tables"];
    assert_eq!(
        (&counts["auth.users"], &counts["storage.objects"], &counts["public.notes"]),
        (&json!(500), &json!(2), &json!(300))
    );

    let before = other.sql("postgres", SUM);
    other.sql("postgres", "DELETE FROM notes; DELETE FROM auth.users WHERE id > 3; TRUNCATE storage.objects; DROP POLICY own ON notes;");
    project.run("verify-backup.sh", &[], "").expect(0);
    let shown = project.run("restore.sh", &[&name], "postgres\n").expect(0);
    assert!(
        shown.stdout.contains("in place:    Supabase's services hold this database by its name"),
        "{}",
        shown.text()
    );
    assert_eq!(other.sql("postgres", SUM), before);
    assert_eq!(
        other.sql(
            "postgres",
            "SELECT string_agg(datname, ',') FROM pg_database WHERE datname ~ 'dbguard|_old_'"
        ),
        ""
    );
}

#[test]
fn g2_2_supabase_like_transaction_pooler_is_refused() {
    let database = json!({
        "engine": "supabase", "built_on": "postgres", "host": "aws-0-eu.pooler.supabase.com", "port": 6543, "user": "postgres.abc",
        "database": "postgres"
    });
    let project = Project::new("project", &[database]);
    let shown = project.run("backup.sh", &[], "").expect(3);
    assert!(shown.stderr.contains("port 6543 is the transaction pooler"), "{}", shown.text());
    assert!(shown.stderr.contains("session pooler (port 5432)"), "{}", shown.text());
}
