//! Which way a migration written as a program goes at a place, by the function that the place stands in.

/// Where a function of a migration leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// The next deployment runs it.
    Forward,
    /// It undoes the other.
    Back,
}

/// Words that the functions of a migration are called by: the way forward and the way back.
const WAYS: [(&str, &str); 5] = [
    ("up", "down"),
    ("upgrade", "downgrade"),
    ("forwards", "backwards"),
    ("forward", "backward"),
    ("migrate", "rollback"),
];

/// Words that open a block which is no function.
const CONTROL: [&str; 18] = [
    "if", "else", "elif", "elsif", "unless", "for", "foreach", "while", "until", "switch", "match", "case",
    "when", "try", "catch", "with", "return", "await",
];

/// Words before the name of a function or value.
const KEYWORDS: [&str; 8] = ["def", "defp", "function", "func", "fun", "fn", "sub", "void"];

/// Functions that are given the way forward and then the way back, without names.
const TAKE_BOTH: [&str; 2] = ["Register", "AddMigration"];

/// The direction of the function around byte `at`; none where no function there is called by one.
pub(super) fn at(text: &str, at: usize) -> Option<Direction> {
    let before = text.get(..at)?;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let own = &before[start..];
    if let Some(direction) = opened(own).and_then(defined).and_then(of_name) {
        return Some(direction);
    }
    let mut inside = indentation(text[start..].lines().next()?);
    let lines: Vec<&str> = before[..start].lines().collect();
    for (number, line) in lines.iter().enumerate().rev() {
        let trimmed = line.trim_start();
        // A bracket that closes a head of several lines, or opens its body, belongs to the line with the name.
        let continued = trimmed.starts_with(')') || !trimmed.contains(char::is_alphanumeric);
        if continued || indentation(line) >= inside {
            continue;
        }
        inside = indentation(line);
        if is_second(trimmed) && takes_both(&lines[..number], inside) {
            return Some(Direction::Back);
        }
        if let Some(direction) = defined(trimmed).and_then(of_name) {
            return Some(direction);
        }
    }
    None
}

/// Whether a text has functions for both ways, called by words that belong together.
pub(super) fn has_both(text: &str) -> bool {
    let ways = || text.lines().filter_map(|line| defined(line.trim_start()).and_then(way));
    ways()
        .filter(|(_, direction)| *direction == Direction::Forward)
        .any(|(number, _)| ways().any(|one| one == (number, Direction::Back)))
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The beginning of a line up to the place, if a body has begun in it.
fn opened(own: &str) -> Option<&str> {
    let opens = ["{", "=>", "= ", ";", " do ", ": "].iter().any(|mark| own.contains(mark));
    opens.then(|| own.trim_start())
}

/// `}, func(…) error {`: the second function that a call is given.
fn is_second(line: &str) -> bool {
    let given = line.strip_prefix('}').map(|rest| rest.trim_start_matches([',', ' ']));
    given.is_some_and(|rest| KEYWORDS.iter().any(|word| rest.starts_with(word)))
}

fn takes_both(above: &[&str], inside: usize) -> bool {
    let head = above.iter().rev().find(|line| !line.trim().is_empty() && indentation(line) <= inside);
    head.is_some_and(|line| TAKE_BOTH.iter().any(|call| line.contains(call)))
}

/// The name that a line defines as a function or value: `def down`, `exports.down = …`, `async down(q) {`, `down: …`, `dir.down do`.
fn defined(line: &str) -> Option<&str> {
    let first = line.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    if CONTROL.contains(&first) {
        return None;
    }
    if let Some(name) = behind_keyword(line) {
        return Some(name);
    }
    let end = line.find(['(', '=', ':', '{']).or_else(|| line.find(" do"))?;
    let is_block =
        line.trim_end().ends_with(['{', ':']) || [" do", "=>", "{ "].iter().any(|mark| line.contains(mark));
    let is_call = line[end..].starts_with('(');
    (is_block || !is_call).then(|| last_word(&line[..end])).flatten()
}

/// The name behind `def`, `func (m *Migration)` and the like; none where the function has no name.
fn behind_keyword(line: &str) -> Option<&str> {
    let words = line.match_indices([' ', '(']).map(|(at, _)| at);
    let keyword =
        words.take(8).find(|end| KEYWORDS.contains(&last_word(&line[..*end]).unwrap_or_default()))?;
    let assigned = line[..keyword].contains(['=', ':']);
    let rest = line[keyword..].trim_start();
    let rest =
        rest.strip_prefix('(').and_then(|receiver| receiver.split_once(") ")).map_or(rest, |(_, name)| name);
    let rest = rest.trim_start_matches("self.");
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
    (end > 0 && !assigned).then(|| &rest[..end])
}

fn last_word(text: &str) -> Option<&str> {
    let text = text.trim_end().trim_end_matches(['"', '\'']);
    let word = text.rsplit(|letter: char| !letter.is_alphanumeric() && letter != '_').next()?;
    (!word.is_empty()).then_some(word)
}

fn of_name(name: &str) -> Option<Direction> {
    way(name).map(|(_, direction)| direction)
}

/// The line of [`WAYS`] that a name belongs to: `down`, `Down00002`, `downAddUsers`, `migrate_down`, and not `tear_down`.
fn way(name: &str) -> Option<(usize, Direction)> {
    let words = words(name);
    let (first, last) = (words.first()?, words.last()?);
    let word =
        if matches!(first.as_str(), "migrate" | "migration") && words.len() > 1 { last } else { first };
    let known = |(number, (forward, back)): (usize, &(&str, &str))| match word.as_str() {
        word if word == *back => Some((number, Direction::Back)),
        word if word == *forward => Some((number, Direction::Forward)),
        _ => None,
    };
    WAYS.iter().enumerate().find_map(known)
}

/// The words of a name or a line in lower case, `rebuildForAll` as three; digits are none.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for letter in name.chars() {
        if letter.is_uppercase() && lower_before || !letter.is_alphabetic() {
            words.push(String::new());
        }
        lower_before = letter.is_lowercase();
        if letter.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Direction> {
        at(text, text.find("DROP").expect("place"))
    }

    #[test]
    fn functions_that_take_back() {
        for text in [
            "def upgrade():\n    pass\n\ndef downgrade():\n    op.execute('DROP')\n",
            "def downgrade(\n    engine,\n):\n    op.execute('DROP')\n",
            "exports.up = f;\nexports.down = (knex) => knex.raw('DROP');\n",
            "exports.down = function (knex) {\n  return knex\n    .raw('DROP');\n};\n",
            "export async function down(db) {\n  if (db.up()) {\n    await db.sql('DROP');\n  }\n}\n",
            "class A {\n  public async down(q: Q): Promise<void> {\n    await q.query('DROP');\n  }\n}\n",
            "module.exports = {\n  down: async (q) => {\n    await q('DROP');\n  },\n};\n",
            "    public function down()\n    {\n        DB::x('DROP');\n    }\n",
            "    public function down(\n        A $a\n    ): void {\n        DB::x('DROP');\n    }\n",
            "  def self.down\n    execute 'DROP'\n  end\n",
            "  def down do\n    execute \"DROP\"\n  end\n",
            "    reversible do |dir|\n      dir.down do\n        execute 'DROP'\n      end\n    end\n",
            "    protected override void Down(M b)\n    {\n        b.Sql(\"DROP\");\n    }\n",
            "func Down00002(tx *sql.Tx) error {\n\t_, err := tx.Exec(\"DROP\")\n\treturn err\n}\n",
            "func (m *Users) Down(tx *sql.Tx) error {\n\t_, err := tx.Exec(\"DROP\")\n}\n",
            "func downAddUsers(tx *sql.Tx) error {\n\ttx.Exec(\"DROP\")\n}\n",
            "\t{\n\t\tMigrate: func(tx *gorm.DB) error {\n\t\t\treturn nil\n\t\t},\n\t\tRollback: func(tx *gorm.DB) error {\n\t\t\treturn tx.Exec(\"DROP\")\n\t\t},\n\t}\n",
            "func init() {\n\tM.MustRegister(func(db *bun.DB) error {\n\t\treturn nil\n\t}, func(db *bun.DB) error {\n\t\tdb.Exec(\"DROP\")\n\t})\n}\n",
            "    async fn down(&self, m: &M) -> R {\n        m.execute(\"DROP\").await\n    }\n",
        ] {
            assert_eq!(of(text), Some(Direction::Back), "{text}");
        }
    }

    #[test]
    fn functions_that_go_forward() {
        for text in [
            "def upgrade():\n    op.execute('DROP')\n\ndef downgrade():\n    pass\n",
            "def upgrade():\n    services.down()\n    op.execute('DROP')\n",
            "def upgrade():\n    if down(x):\n        op.execute('DROP')\n",
            "exports.up = async (knex) => {\n  await queue.down(knex);\n  const x = down(1);\n  await knex.raw('DROP');\n};\n",
            "func Up00002(tx *sql.Tx) error {\n\tdown := 1\n\ttx.Exec(\"DROP\")\n}\n",
        ] {
            assert_eq!(of(text), Some(Direction::Forward), "{text}");
        }
        for text in [
            "def tear_down():\n    op.execute('DROP')\n",
            "function countdown() {\n  db('DROP');\n}\n",
            "def clean():\n    down(1)\n    op.execute('DROP')\n",
            "func f() {\n\tdown(tx, \"DROP\")\n}\n",
            "func init() {\n\tM.MustRegister(func(db *bun.DB) error {\n\t\tdb.Exec(\"DROP\")\n\t}, func(db *bun.DB) error {\n\t\treturn nil\n\t})\n}\n",
            "\tfunc(tx *sql.Tx) (err error) {\n\t\ttx.Exec(\"DROP\")\n\t},\n",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn both_ways_are_needed() {
        assert!(has_both("func Up1() {\n}\nfunc Down1() {\n}\n"));
        assert!(!has_both("def setUp(self):\n    pass\ndef tearDown(self):\n    pass\n"));
        assert!(!has_both("def migrate():\n    pass\ndef down():\n    pass\n"));
        assert!(!has_both("func Down1() {\n\tup(1)\n}\n") && !has_both("def upgrade():\n    down()\n"));
    }
}
