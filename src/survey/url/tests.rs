use super::*;

fn facts(text: &str) -> String {
    let Some(connection) = parse(text) else { return "none".to_owned() };
    let servers: Vec<String> = connection
        .servers
        .iter()
        .map(|server| {
            let port = server.port.map_or_else(String::new, |port| format!(":{port}"));
            format!("{}{port}", server.host.as_deref().unwrap_or("-"))
        })
        .collect();
    format!(
        "{} {}{}@{} {}",
        connection.scheme,
        connection.user.as_deref().unwrap_or("-"),
        if connection.has_password { "+" } else { "" },
        servers.join(","),
        connection.database.as_deref().unwrap_or("-"),
    )
}

#[test]
fn urls_of_servers() {
    for (text, expected) in [
        ("postgres://app:s3cret@db:5432/app?sslmode=disable", "postgres app+@db:5432 app"),
        ("postgresql+asyncpg://app@[::1]:5433/app", "postgresql+asyncpg app@::1:5433 app"),
        ("\"mysql://root@localhost/shop\"", "mysql root@localhost shop"),
        ("mongodb+srv://u:p%40ss@c0.example.net/app?retryWrites=true", "mongodb+srv u+@c0.example.net app"),
        ("mongodb://a:1,b:2/app?replicaSet=rs0", "mongodb -@a:1,b:2 app"),
        ("rediss://:secret@cache:6380/0", "rediss -+@cache:6380 0"),
        ("postgres://a%20b:x@h/my%2Ddb", "postgres a b+@h my-db"),
        ("postgres://u:p@ss/w#rd@h:5432/db", "postgres u+@h:5432 db"),
        ("postgres://u:p/w@h:5432/db", "postgres u+@h:5432 db"),
        ("postgresql:///app?host=/run/postgresql", "postgresql -@ app"),
        ("amqp://guest:guest@mq:5672//", "amqp guest+@mq:5672 -"),
        ("postgres://db/app?user=fred&password=secret", "postgres fred+@db app"),
        ("https://example.com/x", "https -@example.com x"),
    ] {
        assert_eq!(facts(text), expected, "{text}");
    }
}

#[test]
fn urls_of_files() {
    for (text, database) in [
        ("sqlite:///rel.db", "rel.db"),
        ("sqlite:////abs.db", "/abs.db"),
        ("sqlite://data.db", "data.db"),
        ("sqlite:path?mode=rwc", "path"),
        ("sqlite+aiosqlite:///./app.db", "app.db"),
        ("sqlite::memory:", ":memory:"),
        ("sqlite://", ":memory:"),
        ("sqlite3::///tmp/test.sqlite3", "tmp/test.sqlite3"),
        ("file:./dev.db", "dev.db"),
        ("file:dev.db?connection_limit=1", "dev.db"),
        ("jdbc:sqlite:data/app.db", "data/app.db"),
        ("jdbc:h2:mem:testdb;DB_CLOSE_DELAY=-1", "mem:testdb"),
        ("jdbc:h2:file:./data/app", "./data/app"),
        ("duckdb:///w.duckdb", "w.duckdb"),
    ] {
        assert_eq!(
            parse(text).and_then(|connection| connection.database).as_deref(),
            Some(database),
            "{text}"
        );
    }
    assert_eq!(facts("file:///etc/passwd"), "none");
    assert_eq!(facts("file:../shared/lib"), "none");
    assert!(parse("sqlite://:memory:").expect("memory").is_in_memory());
    assert!(parse("jdbc:h2:mem:x").expect("memory").is_in_memory());
    assert!(!parse("sqlite:///a.db").expect("file").is_in_memory());
}

#[test]
fn jdbc_and_its_relatives() {
    for (text, expected) in [
        ("jdbc:postgresql://localhost/petclinic", "postgresql -@localhost petclinic"),
        ("jdbc:mysql://db:3306/app?useSSL=false&user=u&password=p", "mysql u+@db:3306 app"),
        ("jdbc:sqlserver://db:1433;databaseName=app;user=sa;password=x", "sqlserver sa+@db:1433 app"),
        ("jdbc:oracle:thin:@db:1521/XEPDB1", "oracle -@db:1521 XEPDB1"),
        ("jdbc:oracle:thin:scott/tiger@db:1521:XE", "oracle scott+@db:1521 XE"),
        ("jdbc:tc:postgresql:15:///app", "postgresql -@ app"),
        ("r2dbc:pool:postgresql://db/app", "postgresql -@db app"),
        ("jdbc:postgresql:app", "postgresql -@ app"),
    ] {
        assert_eq!(facts(text), expected, "{text}");
    }
}

#[test]
fn pairs_and_words() {
    for (text, expected) in [
        (
            "Host=localhost;Port=5432;Database=app;Username=admin;Password=x",
            "postgresql admin+@localhost:5432 app",
        ),
        (
            "Server=tcp:db.example.com,1433;Initial Catalog=app;User ID=sa;Password=x",
            "sqlserver sa+@db.example.com:1433 app",
        ),
        (
            "Server=(localdb)\\mssqllocaldb;Database=app;Trusted_Connection=True",
            "sqlserver -@(localdb)\\mssqllocaldb app",
        ),
        ("server=db;uid=root;pwd=12345;database=shop", "mysql root+@db shop"),
        ("Server=db;Database=app;User=x;Password=y", " x+@db app"),
        ("Data Source=app.db", "sqlite -@ app.db"),
        ("DataSource=data/app.db;Cache=Shared", "sqlite -@ data/app.db"),
        ("host=db port=5433 user=app password=x dbname=app sslmode=disable", "postgresql app+@db:5433 app"),
        ("root:pw@tcp(127.0.0.1:3306)/shop?parseTime=true", "mysql root+@127.0.0.1:3306 shop"),
        ("tcp(db)/shop", "mysql -@db shop"),
    ] {
        assert_eq!(facts(text), expected, "{text}");
    }
}

#[test]
fn placeholders_are_unknown() {
    for (text, expected) in [
        ("postgres://${DB_USER:-a:b@c}:${PW}@${HOST}:${PORT}/app", "postgres -+@- app"),
        ("postgresql://<user>:<password>@<host>:5432/<db>", "postgresql -+@-:5432 -"),
        (
            "postgresql://postgres:[YOUR-PASSWORD]@db.abc.supabase.co:5432/postgres",
            "postgresql postgres+@db.abc.supabase.co:5432 postgres",
        ),
        ("mysql://{{ user }}:{{ pw }}@db/{{ name }}", "mysql -+@db -"),
        ("postgres://$USER:$PW@db/$NAME", "postgres -+@db -"),
        ("postgres://u:p@h/#{name}", "postgres u+@h -"),
        ("postgresql://***", "postgresql -@- -"),
        ("mysql://your_user:x@your-host/yours", "mysql -+@- yours"),
    ] {
        assert_eq!(facts(text), expected, "{text}");
    }
}

#[test]
fn other_text_is_no_connection() {
    for text in [
        "",
        "hello world",
        "a=b",
        "key: value",
        "C:\\data\\app.db",
        "name=value;other=thing",
        "localhost:5432",
        "mailto:a@b",
    ] {
        assert_eq!(facts(text), "none", "{text}");
    }
}

#[test]
fn no_password_survives() {
    for text in [
        "postgres://u:hunter2@h/d?password=hunter2",
        "Server=h;Database=d;User Id=u;Password=hunter2",
        "host=h dbname=d user=u password=hunter2",
        "u:hunter2@tcp(h)/d",
        "postgres://u:a@b/hunter2@h/d",
        "postgres://u:1?hunter2@h/d",
        "postgres://u:1/hunter2?x@h/d",
        "jdbc:oracle:thin:u/hunter2@h:1521/d",
        "jdbc:sqlserver://h;databaseName=d;password=hunter2",
    ] {
        assert!(!format!("{:?}", parse(text)).contains("hunter2"), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_survived(text in "\\PC{0,60}") {
        let _ = parse(&text);
    }

    #[test]
    fn url_like_text_is_survived(text in "(postgres|jdbc|sqlite|file|tcp|[:/@?;=#$%{}()<>\\[\\]a1 é]){0,30}") {
        let _ = parse(&text);
    }
}
