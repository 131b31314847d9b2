//! The files of systemd and launchd.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Job, Place};

/// Texts by file name.
pub type Files = BTreeMap<String, String>;

/// What the names of a repository's files begin with, for systemd or for launchd.
pub fn prefix(root: &str, is_systemd: bool) -> String {
    let sum = checksum(root.as_bytes());
    if is_systemd { format!("dbguard-{sum}-") } else { format!("org.dbguard.{sum}.") }
}

/// Services and timers.
pub fn systemd(jobs: &[Job], place: &Place) -> Files {
    let folder = place.root.rsplit('/').next().unwrap_or_default().replace('%', "%%");
    let files = |job: &Job| {
        let (title, unit) = (job.title(), format!("{}{}", prefix(&place.root, true), job.title()));
        let service = format!(
            "[Unit]\nDescription=dbguard {title} for {folder}\n\n[Service]\nType=oneshot\nExecStart={} {} {}\n",
            place.bash,
            systemd_word(&place.script),
            job.words()
        );
        let timer = format!(
            "[Unit]\nDescription=Times of dbguard {title}\n\n[Timer]\nOnCalendar={}\nPersistent=true\nAccuracySec=1s\n\n[Install]\nWantedBy=timers.target\n",
            on_calendar(&job.fields)
        );
        [(format!("{unit}.service"), service), (format!("{unit}.timer"), timer)]
    };
    jobs.iter().flat_map(files).collect()
}

/// Agents of launchd.
pub fn launchd(jobs: &[Job], place: &Place) -> Files {
    let file = |job: &Job| {
        let label = format!("{}{}", prefix(&place.root, false), job.title());
        let database = job.database.iter().flat_map(|id| ["--db", id]);
        let words = [&*place.bash, &place.script, "run", job.name].into_iter().chain(database);
        let words = words
            .map(|word| format!("    <string>{}</string>\n", xml_text(word)))
            .collect::<Vec<_>>()
            .concat();
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n  <key>Label</key>\n  <string>{}</string>\n  <key>ProgramArguments</key>\n  <array>\n{words}  </array>\n  <key>StartCalendarInterval</key>\n  <array>\n{}  </array>\n</dict>\n</plist>\n",
            xml_text(&label),
            calendar_intervals(&job.fields)
        );
        (format!("{label}.plist"), text)
    };
    jobs.iter().map(file).collect()
}

/// A word of `ExecStart`.
pub fn systemd_word(word: &str) -> String {
    let escaped = word.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%").replace('$', "$$");
    format!("\"{escaped}\"")
}

/// Text of an XML element.
pub fn xml_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// One field: anything, one number, or from a number to another in steps.
enum Field {
    Any,
    One(u32),
    Steps { from: u32, to: u32, by: u32 },
}

impl Field {
    fn parse(text: &str) -> Self {
        let number = |text: &str| text.parse().unwrap_or(0);
        let steps = || {
            let (range, by) = text.split_once('/')?;
            let (from, to) = range.split_once('-')?;
            Some(Self::Steps { from: number(from), to: number(to), by: number(by).max(1) })
        };
        if text == "*" { Self::Any } else { steps().unwrap_or_else(|| Self::One(number(text))) }
    }

    fn on_calendar(&self) -> String {
        match self {
            Self::Any => "*".to_owned(),
            Self::One(number) => format!("{number:02}"),
            Self::Steps { from, by, .. } => format!("{from:02}/{by}"),
        }
    }

    fn values(&self) -> Vec<Option<u32>> {
        match self {
            Self::Any => vec![None],
            Self::One(number) => vec![Some(*number)],
            Self::Steps { from, to, by } => {
                (*from..=*to).step_by(usize::try_from(*by).unwrap_or(1)).map(Some).collect()
            }
        }
    }
}

fn fields(text: &str) -> Vec<Field> {
    text.split(' ').map(Field::parse).collect()
}

/// The fields as systemd writes them: `3-59/15 * * * *` is `*-*-* *:03/15:00`.
fn on_calendar(text: &str) -> String {
    let [minute, hour, day, _, week] = &fields(text)[..] else { return String::new() };
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    let week = match week {
        Field::One(day) => {
            days.iter().cycle().nth(*day as usize).map(|day| format!("{day} ")).unwrap_or_default()
        }
        Field::Any | Field::Steps { .. } => String::new(),
    };
    format!("{week}*-*-{} {}:{}:00", day.on_calendar(), hour.on_calendar(), minute.on_calendar())
}

/// launchd knows no steps: each time is written out.
fn calendar_intervals(text: &str) -> String {
    let [minute, hour, day, _, week] = &fields(text)[..] else { return String::new() };
    let mut all = String::new();
    for hour in hour.values() {
        for minute in minute.values() {
            let keys =
                [("Minute", minute), ("Hour", hour), ("Day", day.values()[0]), ("Weekday", week.values()[0])];
            let keys = keys.into_iter().filter_map(|(key, value)| value.map(|value| (key, value)));
            let keys = keys
                .map(|(key, value)| format!("<key>{key}</key><integer>{value}</integer>"))
                .collect::<Vec<_>>()
                .concat();
            let _ = writeln!(all, "    <dict>{keys}</dict>");
        }
    }
    all
}

/// What `cksum` of POSIX prints first.
fn checksum(bytes: &[u8]) -> u32 {
    let mut length = bytes.len();
    let mut sum = 0;
    for byte in bytes {
        sum = step(sum, *byte);
    }
    while length > 0 {
        sum = step(sum, u8::try_from(length & 0xff).unwrap_or(0));
        length >>= 8;
    }
    !sum
}

fn step(sum: u32, byte: u8) -> u32 {
    (0..8).fold(sum ^ (u32::from(byte) << 24), |sum, _| {
        if sum & 0x8000_0000 == 0 { sum << 1 } else { (sum << 1) ^ 0x04c1_1db7 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_posix() {
        assert_eq!(checksum(b""), 4_294_967_295);
        assert_eq!(checksum(b"123456789"), 930_766_865);
    }

    #[test]
    fn times_of_systemd_and_launchd() {
        assert_eq!(on_calendar("3-59/15 * * * *"), "*-*-* *:03/15:00");
        assert_eq!(on_calendar("17 5-23/6 * * *"), "*-*-* 05/6:17:00");
        assert_eq!(on_calendar("7 4 1 * *"), "*-*-01 04:07:00");
        assert_eq!(on_calendar("7 3 * * 6"), "Sat *-*-* 03:07:00");
        assert_eq!(calendar_intervals("3-59/15 * * * *").lines().count(), 4);
        assert_eq!(
            calendar_intervals("7 3 * * 6"),
            "    <dict><key>Minute</key><integer>7</integer><key>Hour</key><integer>3</integer><key>Weekday</key><integer>6</integer></dict>\n"
        );
    }
}
