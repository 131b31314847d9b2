use super::super::tree::Tree;
use super::super::{Origin, stacks};
use super::*;

/// What the frameworks' configuration in `files` tells, one line per database.
fn survey(files: &[(&str, &str)]) -> Vec<String> {
    let tree = Tree::in_memory(files.iter().copied());
    let mut found = Found::default();
    stacks::read(&tree, &Presets::embedded(), &mut found).expect("globs");
    assert!(found.incomplete.is_empty(), "{:?}", found.incomplete);
    let told = found.databases.iter().filter(|database| database.origin == Origin::Config);
    told.map(line).collect()
}

/// `engine user@host:port/database environment line`, `-` for what is not known.
fn line(database: &Database) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let port = database.port.map_or_else(|| "-".to_owned(), |port| port.to_string());
    format!(
        "{} {}@{}:{port}/{} {:?} {}{}",
        database.engine,
        text(&database.user),
        text(&database.host),
        text(&database.database),
        database.environment,
        database.sources[0].line,
        if database.password_source.is_some() { " password" } else { "" },
    )
}

#[test]
fn presets_name_readers_that_exist() {
    for stack in &Presets::embedded().stacks {
        for config in &stack.configs {
            assert!(READERS.iter().any(|(name, _)| *name == &*config.reader), "{}", &*config.reader);
        }
    }
}

#[test]
fn reads_django_settings() {
    let settings = "# DATABASES = {'default': {'ENGINE': 'django.db.backends.mysql'}}\nDATABASES = {\n    'default': {\n        'ENGINE': 'django.db.backends.postgresql',\n        'NAME': os.getenv('DB_NAME', 'shop'),\n        'USER': 'app',\n        'PASSWORD': 'hunter2',\n        'HOST': env('DB_HOST', default='db.internal'),\n        'PORT': '5433',\n    },\n    'replica': dj_database_url.config(default='mysql://r@replica/shop'),\n}\nCELERY_BROKER_URL = 'redis://cache:6379/1'\nDOCS = 'https://example.org'\n";
    assert_eq!(
        survey(&[("requirements.txt", "Django\n"), ("shop/settings.py", settings)]),
        [
            "postgres app@db.internal:5433/shop Unknown 4 password",
            "mysql r@replica:-/shop Unknown 11",
            "redis -@cache:6379/1 Unknown 13",
        ]
    );
    let test = "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'test.sqlite3'}}\n";
    assert_eq!(
        survey(&[("requirements.txt", "Django\n"), ("shop/settings_test.py", test)]),
        ["sqlite -@-:-/test.sqlite3 Test 1"]
    );
}

#[test]
fn reads_flask_and_sqlalchemy_defaults() {
    let config = "class Config:\n    SQLALCHEMY_DATABASE_URI = os.environ.get('DATABASE_URL', '').replace(\n        'postgres://', 'postgresql://') or \\\n        'sqlite:///' + os.path.join(basedir, 'app.db')\n    REDIS_URL = os.environ.get('REDIS_URL')\n\nclass TestConfig(Config):\n    SQLALCHEMY_DATABASE_URI = 'sqlite:///:memory:'\n";
    assert_eq!(
        survey(&[("requirements.txt", "flask\n"), ("config.py", config)]),
        ["sqlite -@-:-/app.db Development 2", "redis -@-:-/- Unknown 5"]
    );
    let engine = "engine = create_engine('postgresql+psycopg2://app:secret@localhost/shop')\n";
    assert_eq!(
        survey(&[("requirements.txt", "sqlalchemy\n"), ("app/db.py", engine)]),
        ["postgres app@localhost:-/shop Development 1 password"]
    );
}

#[test]
fn reads_rails_database_yml() {
    let config = "default: &default\n  adapter: postgresql\n  pool: <%= ENV.fetch(\"POOL\") { 5 } %>\ndevelopment:\n  <<: *default\n  database: shop_development\ntest:\n  <<: *default\n  database: shop_test\nproduction:\n  <<: *default\n  url: <%= ENV['DATABASE_URL'] %>\n  database: shop_production\n";
    assert_eq!(
        survey(&[("Gemfile", "gem 'rails'\n"), ("config/database.yml", config)]),
        [
            "postgres -@-:-/shop_development Development 6",
            "postgres -@-:-/shop_test Test 9",
            "postgres -@-:-/shop_production Production 12",
        ]
    );
}

#[test]
fn reads_php() {
    let laravel = "<?php\nreturn [\n 'default' => env('DB_CONNECTION', 'pgsql'),\n 'connections' => [\n  'sqlite' => ['driver' => 'sqlite', 'database' => database_path('x.sqlite')],\n  'pgsql' => ['driver' => 'pgsql', 'host' => env('DB_HOST', '127.0.0.1'), 'database' => env('DB_DATABASE', 'shop'), 'password' => env('DB_PASSWORD', '')],\n ],\n 'redis' => ['client' => 'phpredis', 'default' => ['url' => env('REDIS_URL')]],\n];\n";
    let composer = "{\"require\": {\"laravel/framework\": \"^11\"}}";
    assert_eq!(
        survey(&[("composer.json", composer), ("config/database.php", laravel)]),
        ["postgres -@127.0.0.1:-/shop Development 3"]
    );
    let wordpress = "<?php\ndefine( 'DB_NAME', 'blog' );\ndefine('DB_USER', 'wp'); define('DB_HOST', getenv_docker('H', 'db'));\n";
    assert_eq!(survey(&[("wp-config.php", wordpress)]), ["mysql wp@db:-/blog Unknown 2"]);
    let doctrine =
        "doctrine:\n    dbal:\n        driver: 'pdo_mysql'\n        host: db\n        dbname: shop\n";
    assert_eq!(
        survey(&[
            ("composer.json", "{\"require\": {\"doctrine/orm\": \"3\"}}"),
            ("config/packages/doctrine.yaml", doctrine)
        ]),
        ["mysql -@db:-/shop Unknown 3"]
    );
}

#[test]
fn reads_javascript_configurations() {
    let knex = "module.exports = {\n  development: { client: 'sqlite3', connection: { filename: './dev.sqlite3' } },\n  production: {\n    client: 'postgresql',\n    connection: { database: 'shop', user: 'app' },\n  },\n};\n";
    assert_eq!(
        survey(&[("knexfile.js", knex)]),
        ["sqlite -@-:-/./dev.sqlite3 Development 2", "postgres app@-:-/shop Production 4"]
    );
    let drizzle = "export default defineConfig({\n  dialect: 'turso',\n  dbCredentials: { url: process.env.DATABASE_URL! },\n}) satisfies Config;\n";
    assert_eq!(survey(&[("drizzle.config.ts", drizzle)]), ["libsql -@-:-/- Unknown 2"]);
    let typeorm = "export const AppDataSource = new DataSource({\n  type: 'mysql',\n  host: process.env.DB_HOST || 'localhost',\n  port: Number(process.env.DB_PORT) || 3306,\n  database: 'shop',\n  entities: [User],\n});\n";
    let package = "{\"dependencies\": {\"typeorm\": \"1\", \"mongoose\": \"8\"}}";
    let mongoose =
        "mongoose.connect(process.env.MONGO || 'mongodb://localhost:27017/shop').then(() => {});\n";
    assert_eq!(
        survey(&[("package.json", package), ("src/data-source.ts", typeorm), ("src/db.ts", mongoose)]),
        ["mysql -@localhost:3306/shop Development 2", "mongodb -@localhost:27017/shop Development 1"]
    );
    let sequelize = "{\n \"development\": {\"dialect\": \"mysql\", \"database\": \"shop_dev\", \"password\": \"x\"},\n \"test\": {\"dialect\": \"mysql\", \"database\": \"shop_test\"}\n}";
    assert_eq!(
        survey(&[(".sequelizerc", ""), ("config/config.json", sequelize)]),
        ["mysql -@-:-/shop_dev Development 2 password", "mysql -@-:-/shop_test Test 3"]
    );
}

#[test]
fn reads_spring_and_its_profiles() {
    let properties = "spring.datasource.url=${DB_URL:jdbc:postgresql://localhost:5432/shop}\nspring.datasource.username=app\nspring.datasource.password=${PW:x}\n";
    let yaml =
        "spring:\n  datasource:\n    url: jdbc:mysql://db:3306/shop_test?useSSL=false\n    username: root\n";
    let pom = "<project><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter</artifactId></dependency></project>";
    assert_eq!(
        survey(&[
            ("pom.xml", pom),
            ("src/main/resources/application.properties", properties),
            ("src/main/resources/application-test.yml", yaml)
        ]),
        ["mysql root@db:3306/shop_test Test 3", "postgres app@localhost:5432/shop Development 1 password"]
    );
}

#[test]
fn reads_dotnet() {
    let web = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PackageReference Include=\"Npgsql\" /></Project>";
    let settings = "{\n  // local\n  \"ConnectionStrings\": {\n    \"Shop\": \"Server=127.0.0.1;Port=5432;Database=shop;Username=app;Password=x\",\n    \"Legacy\": \"Server=(localdb)\\\\mssqllocaldb;Database=old;Trusted_Connection=True\"\n  }\n}";
    assert_eq!(
        survey(&[("Web.csproj", web), ("appsettings.json", settings)]),
        [
            "postgres app@127.0.0.1:5432/shop Development 4 password",
            "mssql -@(localdb)\\mssqllocaldb:-/old Development 5",
        ]
    );
    let host = "var builder = DistributedApplication.CreateBuilder(args);\n// builder.AddMySql(\"no\");\nvar db = builder.AddPostgres(\"pg\").AddDatabase(\"shop\");\n";
    assert_eq!(
        survey(&[
            ("AppHost/AppHost.csproj", "<Project Sdk=\"Aspire.AppHost.Sdk/9.0.0\"></Project>"),
            ("AppHost/Program.cs", host)
        ]),
        ["postgres -@-:-/- Unknown 3"]
    );
}

#[test]
fn reads_ecto_and_go() {
    let mix = "defp deps do\n  [{:ecto_sql, \"~> 3\"}, {:postgrex, \">= 0.0.0\"}]\nend\n";
    let test = "import Config\n\nconfig :shop, Shop.Repo,\n  username: \"postgres\",\n  password: \"postgres\",\n  database: \"shop_test#{System.get_env(\"N\")}\",\n  hostname: \"localhost\"\n\nconfig :logger, level: :warning\n";
    assert_eq!(
        survey(&[("mix.exs", mix), ("config/test.exs", test)]),
        ["postgres postgres@localhost:-/- Test 3 password"]
    );
    let module = "module x\nrequire gorm.io/gorm v1\nrequire github.com/lib/pq v1\n";
    let code = "func main() {\n\tdb, err := gorm.Open(sqlite.Open(\"shop.db\"), &gorm.Config{})\n\tpg, err := sql.Open(\"postgres\", \"postgres://app@localhost/shop\")\n}\n";
    assert_eq!(
        survey(&[("go.mod", module), ("main.go", code)]),
        ["sqlite -@-:-/shop.db Development 2", "postgres app@localhost:-/shop Development 3"]
    );
}

#[test]
fn a_broken_configuration_is_reported() {
    let tree =
        Tree::in_memory([("Gemfile", "gem 'rails'\n"), ("config/database.yml", "a: [\n"), ("x/go.mod", "")]);
    let mut found = Found::default();
    stacks::read(&tree, &Presets::embedded(), &mut found).expect("globs");
    assert_eq!(found.incomplete.len(), 1);
    assert_eq!(
        (found.incomplete[0].path.as_str(), found.incomplete[0].matters),
        ("config/database.yml", false)
    );
}
