//! Destroying commands in random quoting, blanks and carriers. The property test and the fuzzer choose from the same lists.

/// Commands that must never be allowed, whatever stands around them.
const DESTROYING: [&str; 24] = [
    "docker volume rm shop_pg",
    "docker compose down -v",
    "docker compose -f compose.yml down --volumes --remove-orphans",
    "docker system prune -a --volumes -f",
    "kubectl delete pvc data-postgres-0",
    "helm uninstall shop-postgresql",
    "rails db:drop",
    "dropdb shop",
    "psql -h db.internal -d shop -f drop.sql",
    "mysqladmin drop shop",
    "rm -rf /var/lib/mysql",
    "find /var/lib/postgresql -delete",
    "prisma migrate reset --force",
    "npx prisma db push --accept-data-loss",
    "php artisan migrate:fresh --seed",
    "python manage.py flush --noinput",
    "mix ecto.drop",
    "supabase db reset --linked",
    "redis-cli FLUSHALL",
    "psql shop -c \"DROP TABLE visits\"",
    "mysql shop -e \"TRUNCATE TABLE visits\"",
    "mongosh shop --eval \"db.dropDatabase()\"",
    "aws rds delete-db-instance --db-instance-identifier shop --skip-final-snapshot",
    "terraform destroy -auto-approve",
];

/// Programs in front of a simple command, `…` being that command.
const PROGRAMS: [&str; 24] = [
    "systemd-run --user …",
    "setsid -f …",
    "chroot /srv …",
    "doas -u postgres …",
    "exec …",
    "unbuffer …",
    "sudo …",
    "sudo -u postgres …",
    "sudo -E env A=1 …",
    "env A=1 …",
    "env -u A …",
    "A=1 B='x y' …",
    "timeout 5 …",
    "timeout -k 1 5m …",
    "nice -n 5 …",
    "ionice -c 3 …",
    "nohup …",
    "stdbuf -oL …",
    "time …",
    "command …",
    "xargs -r …",
    "docker exec -it shop-db-1 …",
    "docker compose exec -T db …",
    "kubectl exec db-0 -- …",
];

/// What may stand around any command.
const CONSTRUCTS: [&str; 44] = [
    "bash -c \"$(echo '…')\"",
    "bash -c \"$(printf '%s\\n' '…')\"",
    "echo '…' | sh",
    "printf '%s' '…' | sudo bash -s",
    "cat <<'END' | bash\n…\nEND\n",
    "c='…'; eval \"$c\"",
    "c='…' bash -c 'eval \"$c\"'",
    "su - postgres -c '…'",
    "sudo -u postgres -- bash -c '…'",
    "find . -name x -exec sh -c '…' \\;",
    "flock /tmp/lock -c '…'",
    "watch -n 5 '…'",
    "tmux new-session -d '…'",
    "screen -dm bash -c '…'",
    "parallel ::: '…'",
    "coproc { …; }",
    "bash -c '…'",
    "sh -ec '…'",
    "bash -lc '…' _ a b",
    "eval '…'",
    "eval \"$(echo '…')\"",
    "sudo sh -c '…'",
    "nohup bash -c '…' &",
    "ssh db.example.com '…'",
    "ssh -t -p 22 root@db.example.com '…'",
    "docker exec shop-db-1 sh -c '…'",
    "true && …",
    "false || …",
    "echo go; …",
    "cd src\n…",
    "{ …; }",
    "( … )",
    "! …",
    "if true; then …; fi",
    "while true; do …; break; done",
    "for i in 1; do …; done",
    "case x in x) … ;; esac",
    "f() { …; }; f",
    "trap '…' EXIT",
    "x=$( … )",
    "echo `…`",
    "cat <( … )",
    "bash <<'END'\n…\nEND\n",
    "… | tee log",
];

/// What stands between two words.
const BLANKS: [&str; 5] = [" ", "  ", "\t", " \\\n", " \\\n\t"];

/// A command that must not be allowed; `choose` gives a number below the one it is given.
pub(crate) fn wrapped(choose: &mut dyn FnMut(usize) -> usize) -> String {
    let mut text = requoted(DESTROYING[choose(DESTROYING.len())], choose);
    for _ in 0..choose(3) {
        text = within(PROGRAMS[choose(PROGRAMS.len())], &text);
    }
    for _ in 0..choose(4) {
        text = within(CONSTRUCTS[choose(CONSTRUCTS.len())], &text);
    }
    text
}

/// The command in a carrier. In single quotes its own are written as the shell wants it, and backticks hold none; what only works on
/// lines of their own, or what `;` cannot follow, is set apart.
fn within(carrier: &str, command: &str) -> String {
    let carrier =
        if command.contains('`') { carrier.replace("`…`", "$( … )") } else { carrier.to_owned() };
    let quoted = carrier.contains("'…'");
    let inner = if quoted { command.replace('\'', "'\\''") } else { command.to_owned() };
    let ends_itself = inner.trim_end().ends_with('&') || inner.contains("END\n");
    let carrier = if ends_itself && !quoted { carrier.replace("…;", "…\n") } else { carrier };
    let apart = inner.contains("END\n") && !quoted && !carrier.starts_with("bash <<");
    carrier.replace('…', &if apart { format!("{inner}\n") } else { inner })
}

/// The words of a command, each quoted in some way that means the same, with some blanks between.
fn requoted(command: &str, choose: &mut dyn FnMut(usize) -> usize) -> String {
    let mut text = String::new();
    for (number, word) in command.split(' ').enumerate() {
        if number > 0 {
            text.push_str(BLANKS[choose(BLANKS.len())]);
        }
        // Inside quotes of its own a word is left alone.
        text.push_str(&if command.contains('"') { word.to_owned() } else { quoted(word, choose(7)) });
    }
    text
}

fn quoted(word: &str, how: usize) -> String {
    let (first, rest) = word.split_at(1);
    match how {
        0 => format!("\"{word}\""),
        1 => format!("'{word}'"),
        2 => format!("\\{word}"),
        3 => format!("{first}\"{rest}\""),
        4 => format!("'{first}'{rest}"),
        _ => word.to_owned(),
    }
}
