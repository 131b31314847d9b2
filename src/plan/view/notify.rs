//! The section `[notify]` as the templates see it.

use serde::Serialize;

use crate::policy::Policy;
use crate::policy::file::notify::SecretPlace;

/// Who is told, and when a test is overdue.
#[derive(Debug, Serialize)]
pub struct NotifyView {
    repeat_hours: u32,
    restore_test_days: u32,
    drill_days: u32,
    mail: String,
    textfile: String,
    places: Vec<PlaceView>,
}

/// The place of one address.
#[derive(Debug, Serialize)]
struct PlaceView {
    /// `slack`, `webhook` or `ping`.
    target: &'static str,
    /// The database whose ping it is.
    database: String,
    #[serde(flatten)]
    place: SecretPlace,
}

impl NotifyView {
    /// The view of a policy.
    pub fn of(policy: &Policy) -> Self {
        let notify = &policy.notify;
        let one = |target, database: &str, place: &SecretPlace| PlaceView {
            target,
            database: database.to_owned(),
            place: place.clone(),
        };
        let slack = notify.slack.iter().map(|place| one("slack", "", place));
        let webhook = notify.webhook.iter().map(|place| one("webhook", "", place));
        let pings = notify.ping.iter().map(|(id, place)| one("ping", id.as_str(), place));
        Self {
            repeat_hours: policy.repeat_hours.value,
            restore_test_days: policy.restore_test_days.value,
            drill_days: policy.drill_days.value,
            mail: notify.mail.clone().map(String::from).unwrap_or_default(),
            textfile: notify.textfile.clone().map(String::from).unwrap_or_default(),
            places: slack.chain(webhook).chain(pings).collect(),
        }
    }
}
