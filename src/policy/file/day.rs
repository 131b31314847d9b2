//! A day of the calendar, as people write it in `dbguard.toml`.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::{Date, Month, OffsetDateTime};

/// A day, written `YYYY-MM-DD` with quotes or without, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Written", into = "String")]
#[schemars(with = "String", extend("pattern" = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
pub struct Day(Date);

impl Day {
    /// Reads `YYYY-MM-DD`; None for anything else, such as the 30th of February.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts.as_slice() else { return None };
        let widths_fit = year.len() == 4 && month.len() == 2 && day.len() == 2;
        let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
        let date = Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()?;
        (widths_fit && digits).then_some(Self(date))
    }

    /// Whether the day has begun at `now`, in seconds since 1970. A clock that is out of range counts as far in the future.
    pub fn has_come(self, now: u64) -> bool {
        let today = i64::try_from(now).ok().and_then(|now| OffsetDateTime::from_unix_timestamp(now).ok());
        today.is_none_or(|today| today.date() >= self.0)
    }
}

/// TOML has dates of its own.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Date(toml_edit::Datetime),
}

impl TryFrom<Written> for Day {
    type Error = String;
    fn try_from(written: Written) -> Result<Self, String> {
        let text = match written {
            Written::Text(text) => text,
            Written::Date(date) => date.to_string(),
        };
        Self::parse(&text).ok_or_else(|| format!("`{}` is no day: YYYY-MM-DD is needed", text.escape_debug()))
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_of_the_calendar() {
        for text in ["2027-01-31", "2028-02-29"] {
            assert_eq!(Day::parse(text).map(|day| day.to_string()).as_deref(), Some(text));
        }
        for text in ["2027-02-29", "2027-1-31", "2027-13-01", "31.01.2027", "", "2027-01-31x", "+027-01-01"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_comes_at_midnight() {
        let day = Day::parse("1970-01-03").expect("a day");
        assert!(!day.has_come(2 * 86_400 - 1) && day.has_come(2 * 86_400) && day.has_come(u64::MAX));
    }
}
