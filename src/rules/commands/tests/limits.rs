//! How bad a command can be at most, whatever its rule says: each limit with a neighbour that it is not for.

use super::look_alikes::all_as_told;

#[test]
fn switches_mentions_and_copies() {
    all_as_told(&[
        // A variable loosens the guard for whatever comes behind it; a person's own step is only told.
        ("clean.sh", "rails db:environment:set RAILS_ENV=development\n", "safety-override info"),
        ("clean.sh", "RAILS_ENV=development rails db:environment:set\n", "safety-override high"),
        ("clean.sh", "redis-cli config set appendonly no\n", "safety-override info"),
        ("clean.sh", "redis-cli config set appendonly yes\n", ""),
        ("README.md", "Use `TRUNCATE users` with care.\n", "sql-truncate info"),
        ("README.md", "Use `TRUNCATE TABLE users` with care.\n", "sql-truncate low"),
        ("README.md", "```sh\ndocker volume rm {{project}}_pgdata\n```\n", "docker-volume-rm info"),
        ("clean.sh", "docker volume rm {{project}}_pgdata\n", "docker-volume-rm high"),
        (
            "README.md",
            "```sh\ndocker volume rm $(docker volume ls --format '{{.Name}}')\n```\n",
            "docker-volume-rm medium",
        ),
        (
            "README.md",
            "```sh\ndocker volume rm $(docker volume ls --filter name=^wp_* -q)\n```\n",
            "docker-volume-rm low",
        ),
        (
            "README.md",
            "```sh\ndocker volume rm $(docker volume ls --filter name=pgdata -q)\n```\n",
            "docker-volume-rm medium",
        ),
        (
            "clean.sh",
            "docker volume rm $(docker volume ls --filter name=^wp_* -q)\n",
            "docker-volume-rm high",
        ),
        ("clean.sh", "rm -rf backups/\n", "backup-removed medium"),
        ("README.md", "```sh\nrm -rf backups/\n```\n", "backup-removed info"),
        ("clean.sh", "find backups -name '*.dump' -mtime +7 -delete\n", "backup-removed info"),
        ("clean.sh", "find backups -name '*.dump' -delete\n", "backup-removed medium"),
    ]);
}

#[test]
fn what_the_line_itself_calls_a_test() {
    all_as_told(&[
        ("Makefile", "reset:\n\tNODE_ENV=test sequelize db:drop\n", "script-destructive info"),
        ("Makefile", "reset:\n\tNODE_ENV=staging sequelize db:drop\n", "script-destructive high"),
        ("Makefile", "reset:\n\tsequelize db:drop\n", "script-destructive high"),
        ("README.md", "```sh\nRAILS_ENV=test rails db:drop\n```\n", "docs-destructive info"),
    ]);
}

#[test]
fn restores_by_where_they_stand() {
    all_as_told(&[
        (
            "ops/load.py",
            "import os\nos.system('pg_restore --clean -d shop shop.dump')\n",
            "restore-clobber info",
        ),
        ("README.md", "```sh\npg_restore -d shop --clean shop.dump\n```\n", "restore-clobber low"),
        ("README.md", "```sh\npg_restore -d shop -c shop.dump\n```\n", "restore-clobber low"),
        ("README.md", "```sh\nmongorestore --drop dump\n```\n", "restore-clobber low"),
        ("start.sh", "npx prisma db push\n", "prototype-push-in-deploy medium"),
        ("clean.sh", "npx prisma db push\n", "prototype-push-in-deploy info"),
        ("README.md", "```sh\nnpx prisma db push\n```\n", "prototype-push-in-deploy info"),
    ]);
}

#[test]
fn programs_of_tests_and_others() {
    let drops = "import sqlite3\ndb.execute('DROP TABLE users')\n";
    let deletes = "import sqlite3\ndb.execute('DELETE FROM users')\n";
    all_as_told(&[
        ("tests/test_a.py", drops, "sql-drop-table info"),
        ("app/a.py", drops, "sql-drop-table medium"),
        ("tests/test_a.py", deletes, "sql-delete-all info"),
        ("app/a.py", deletes, "sql-delete-all low"),
        ("tests/clean.sql", "DROP TABLE users;\n", "sql-drop-table low"),
        ("tests/test_a.py", "db.execute('DROP DATABASE shop')\n", "sql-drop-database low"),
    ]);
}

#[test]
fn machines_images_and_infrastructure() {
    all_as_told(&[
        ("clean.sh", "minikube delete\n", "docker-volume-rm low"),
        ("start.sh", "minikube delete\n", "docker-volume-rm low"),
        ("clean.sh", "docker volume rm $(docker volume ls -q)\n", "docker-volume-rm high"),
        ("clean.sh", "docker system prune -af\n", "docker-prune info"),
        ("clean.sh", "docker system prune -af --volumes\n", "docker-prune medium"),
        ("clean.sh", "aws s3 sync --delete . s3://shop-backups\n", "deploy-sync-delete medium"),
        ("clean.sh", "argocd app sync shop --prune\n", "docker-prune info"),
        ("start.sh", "terraform destroy -auto-approve\n", "infrastructure-destroyed high"),
        ("start.sh", "terraform apply -auto-approve\n", "infrastructure-destroyed info"),
        ("start.sh", "docker rm -f web\n", "container-removed info"),
        ("start.sh", "alembic downgrade -1\n", "migrations-reset low"),
    ]);
}
