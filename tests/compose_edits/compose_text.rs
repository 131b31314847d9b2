//! Compose files as people write them, generated from a list of choices.

/// Choices, one byte each; runs out into zeros.
pub(super) struct Dice<'a> {
    choices: std::slice::Iter<'a, u8>,
}

impl<'a> Dice<'a> {
    /// Takes `choices` in order.
    pub(super) fn new(choices: &'a [u8]) -> Self {
        Self { choices: choices.iter() }
    }

    /// A number below `sides`.
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        usize::from(self.choices.next().copied().unwrap_or_default()) % sides
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.roll(from.len())]
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.roll(one_in) == one_in - 1
    }
}

/// One file: a `db` service and, nearly always, a `db_data` volume among others, in some mix of styles.
pub(super) fn compose_text(dice: &mut Dice<'_>) -> String {
    let mut writer =
        Writer { indent: [2, 4, 3, 1][dice.roll(4)], zero_lists: dice.chance(2), lines: Vec::new() };
    writer.head(dice);
    if dice.chance(2) {
        writer.volumes(dice);
        writer.services(dice);
    } else {
        writer.services(dice);
        writer.volumes(dice);
    }
    if dice.chance(3) {
        writer.line(0, dice.pick(&["# the end", "x-last: 'ünï \"cöde\"'", "networks: {default: {}}"]));
    }
    let ending = if dice.chance(3) { "\r\n" } else { "\n" };
    let mark = if dice.chance(8) { "\u{feff}" } else { "" };
    let last = if dice.chance(3) { "" } else { ending };
    format!("{mark}{}{last}", writer.lines.join(ending))
}

struct Writer {
    indent: usize,
    zero_lists: bool,
    lines: Vec<String>,
}

impl Writer {
    fn line(&mut self, level: usize, text: &str) {
        self.lines.push(format!("{}{text}", " ".repeat(level * self.indent)));
    }

    /// A line, perhaps with a comment behind or above it or blank lines around it.
    fn dressed(&mut self, dice: &mut Dice<'_>, level: usize, text: &str) {
        match dice.roll(12) {
            0 => self.lines.push(String::new()),
            1 => self.line(level, "# - note: above"),
            2 => self.line(0, "# at the margin"),
            3 => self.lines.push("   ".to_owned()),
            _ => {}
        }
        let comment = dice.pick(&["", "", "", "  # note", " # a: [b", "   "]);
        self.line(level, &format!("{text}{comment}"));
    }

    fn items(&mut self, dice: &mut Dice<'_>, level: usize, items: &[&str]) {
        let margin = if self.zero_lists { level * self.indent } else { (level + 1) * self.indent };
        let dash = dice.pick(&["- ", "- ", "-   "]);
        for item in items {
            if dice.chance(8) {
                self.lines.push(format!("{}# between", " ".repeat(margin)));
            }
            let mut parts = item.split('\n');
            let first = parts.next().unwrap_or_default();
            self.lines.push(format!("{}{dash}{first}", " ".repeat(margin)));
            for part in parts {
                self.lines.push(format!("{}{part}", " ".repeat(margin + dash.len())));
            }
        }
    }

    fn head(&mut self, dice: &mut Dice<'_>) {
        if dice.chance(2) {
            self.line(0, dice.pick(&["# compose: [file", "version: '3.8'", "name: shop", "---"]));
        }
        if dice.chance(3) {
            self.line(0, "x-common: &common");
            self.line(1, "restart: always");
            if dice.chance(6) {
                self.line(1, "volumes: ['common:/common']");
            }
        } else {
            self.line(0, "x-common: &common {restart: \"no\"}");
        }
        self.line(0, "x-vol: &vol {driver: local}");
    }

    fn services(&mut self, dice: &mut Dice<'_>) {
        self.dressed(dice, 0, "services:");
        let at = dice.roll(3);
        for number in 0..3 {
            if number == at {
                self.db(dice);
            } else {
                let name = ["web", "\"quoted svc\"", "größe"][number];
                self.dressed(dice, 1, &format!("{name}:"));
                self.body(dice);
            }
        }
    }

    fn db(&mut self, dice: &mut Dice<'_>) {
        match dice.roll(24) {
            0 => self.dressed(dice, 1, "db: {image: postgres, volumes: ['db_data:/data']}"),
            1 => self.dressed(dice, 1, "db: { <<: *common, image: postgres }"),
            2 => self.dressed(dice, 1, "db: *common"),
            3 => {
                self.dressed(dice, 1, "db: &db");
                self.body(dice);
                self.line(1, "copy: *db");
            }
            _ => {
                let name = dice.pick(&["db:", "db:", "'db':", "\"db\" :", "db: &unused"]);
                self.dressed(dice, 1, name);
                self.body(dice);
            }
        }
    }

    fn body(&mut self, dice: &mut Dice<'_>) {
        let image =
            dice.pick(&["image: postgres:16", "image: \"mysql:8\"", "image: 'redis'", "build: {context: .}"]);
        self.dressed(dice, 2, image);
        if dice.chance(6) {
            self.dressed(dice, 2, "<<: *common");
        }
        let (before, after) = (dice.roll(3), dice.roll(3));
        for _ in 0..before {
            self.extra(dice);
        }
        self.mounts(dice);
        for _ in 0..after {
            self.extra(dice);
        }
    }

    fn mounts(&mut self, dice: &mut Dice<'_>) {
        match dice.roll(9) {
            0 | 1 => {}
            2 => self.dressed(dice, 2, "volumes:"),
            3 => self.dressed(dice, 2, "volumes: []"),
            4 => self.dressed(dice, 2, "volumes: [ 'db_data:/data', \"./x:/x:ro\" ]"),
            5 => {
                self.line(2, "volumes: [");
                self.line(3, "db_data:/data, # one");
                self.line(3, "'./x:/x',");
                self.line(2, " ]");
            }
            6 => {
                self.dressed(dice, 2, "volumes:");
                self.items(dice, 2, &["type: volume\nsource: db_data\ntarget: /data", "./x:/x"]);
            }
            7 => {
                self.dressed(dice, 2, "volumes:");
                self.items(dice, 2, &["db_data:/data # note", ">-\n./long:\n/long", "\"./y:/y\""]);
            }
            _ => {
                self.dressed(dice, 2, "volumes:");
                self.items(dice, 2, &["db_data:/data"]);
            }
        }
    }

    /// One more key; repeated keys get a number of their own.
    fn extra(&mut self, dice: &mut Dice<'_>) {
        let key = format!("x-{}", self.lines.len());
        match dice.roll(8) {
            0 => self.dressed(dice, 2, &format!("{key}: {{a: 1, b: [2, '3']}}")),
            1 => {
                let style = dice.pick(&["|", ">-", "|+", "|2-"]);
                let style = if style == "|2-" && self.indent != 2 { "|" } else { style };
                self.line(2, &format!("{key}: {style}"));
                self.line(3, "first: line # no comment");
                self.lines.push(String::new());
                self.line(3, "- second");
                if dice.chance(2) {
                    self.lines.push(String::new());
                }
            }
            2 => {
                self.dressed(dice, 2, &format!("{key}:"));
                self.items(dice, 2, &["A=1", "'B=2'"]);
            }
            3 => {
                self.dressed(dice, 2, &format!("{key}:"));
                self.dressed(dice, 3, "KEY: \"${VALUE:-x}\"");
                self.dressed(dice, 3, "EMPTY:");
            }
            4 => {
                self.line(2, &format!("{key}: plain text that"));
                self.line(3, "goes on");
            }
            5 => {
                self.line(2, &format!("{key}: \"quoted text"));
                self.line(3, "goes on\"");
            }
            6 => self.dressed(dice, 2, &format!("{key}:")),
            _ => self.dressed(dice, 2, &format!("{key}: *vol")),
        }
    }

    fn volumes(&mut self, dice: &mut Dice<'_>) {
        match dice.roll(20) {
            0 => return self.dressed(dice, 0, "volumes: {db_data: , other: {}}"),
            1 => return self.dressed(dice, 0, "volumes: { db_data: {driver: local} }"),
            2 => return self.dressed(dice, 0, "volumes: {db_data}"),
            3 => return,
            _ => self.dressed(dice, 0, "volumes:"),
        }
        if dice.chance(2) {
            self.dressed(dice, 1, "other:");
            self.dressed(dice, 2, "driver: local");
        }
        match dice.roll(14) {
            0 | 1 => self.dressed(dice, 1, "db_data: {}"),
            2 => self.dressed(dice, 1, "db_data: ~"),
            3 => self.dressed(dice, 1, "db_data: { driver: local, }"),
            4 => self.dressed(dice, 1, "db_data: *vol"),
            5 => {
                self.dressed(dice, 1, "db_data:");
                self.dressed(dice, 2, "external: true");
            }
            6 => {
                self.dressed(dice, 1, "\"db_data\": &mine");
                self.dressed(dice, 2, "driver_opts:");
                self.dressed(dice, 3, "o: \"bind,\\u00e9\"");
            }
            7 => {
                self.dressed(dice, 1, "db_data:");
                self.dressed(dice, 2, "<<: *vol");
            }
            8 => {
                self.dressed(dice, 1, "db_data:");
                self.dressed(dice, 2, "name: already");
            }
            _ => self.dressed(dice, 1, "db_data:"),
        }
        if dice.chance(2) {
            self.dressed(dice, 1, "last: {}");
        }
    }
}
