//! How often an environment is backed up, and how many backups that comes to.

use serde::Serialize;

use crate::policy::retention::Retention;
use crate::presets::model::Cadence;

const MINUTES_OF_A_DAY: u32 = 24 * 60;

/// How often an environment is backed up.
#[derive(Debug, Serialize)]
pub struct CadenceView {
    environment: String,
    every: String,
    /// Scheduled backups that are there once the oldest has expired: what a forecast of the space multiplies.
    about: Option<u32>,
}

impl CadenceView {
    /// The view of a cadence, with the retention of its environment.
    pub fn of(cadence: &Cadence, retention: &[Retention]) -> Self {
        let kept = retention.iter().find(|kept| *kept.environment == *cadence.environment);
        Self {
            environment: cadence.environment.to_string(),
            every: cadence.every.to_string(),
            about: kept.and_then(|kept| settles_at(&cadence.every, kept)),
        }
    }
}

/// Each tier adds only what the finer one before it no longer holds.
fn settles_at(every: &str, kept: &Retention) -> Option<u32> {
    let minutes = match every.strip_suffix('h') {
        Some(hours) => hours.parse::<u32>().ok()?.checked_mul(60)?,
        None => every.strip_suffix('m')?.parse().ok()?,
    };
    let all = kept.keep_days.checked_mul(MINUTES_OF_A_DAY)?.checked_div(minutes)?.max(kept.keep_last);
    let daily = kept.daily_days.saturating_sub(kept.keep_days);
    let weekly = kept.weekly_days.saturating_sub(kept.keep_days.max(kept.daily_days)) / 7;
    let finer = kept.keep_days.max(kept.daily_days).max(kept.weekly_days);
    let monthly = kept.monthly_days.saturating_sub(finer) / 30;
    all.checked_add(daily)?.checked_add(weekly)?.checked_add(monthly)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(keep_last: u32, days: [u32; 4]) -> Retention {
        let [keep_days, daily_days, weekly_days, monthly_days] = days;
        Retention {
            environment: "production".to_owned(),
            keep_last,
            keep_days,
            daily_days,
            weekly_days,
            monthly_days,
            pre_migration_days: 30,
        }
    }

    #[test]
    fn g4_6_the_forecast_counts_no_backup_twice() {
        assert_eq!(settles_at("24h", &kept(7, [14, 30, 90, 365])), Some(14 + 16 + 8 + 9));
        assert_eq!(settles_at("15m", &kept(30, [30, 0, 0, 0])), Some(30 * 96));
        assert_eq!(settles_at("6h", &kept(100, [7, 0, 0, 0])), Some(100));
        assert_eq!(settles_at("before-each-run", &kept(5, [2, 0, 0, 0])), None);
        assert_eq!(settles_at("0m", &kept(5, [2, 0, 0, 0])), None);
    }
}
