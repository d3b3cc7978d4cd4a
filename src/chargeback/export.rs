//! The daily export: one day's statement of all endpoints of the account and Region, put into Amazon S3.
//!
//! The same day again writes the same bytes to the same keys, as long as AWS says the same: nothing of the present is in them. A day is
//! under `data/` only if all of it could be counted and priced. Otherwise what could be is under `incomplete/`, its manifest says what is
//! missing, and the run fails, so that Lambda tries it again.

use std::fmt;

use aws_config::{Region, SdkConfig};
use serde_json::Value;
use thiserror::Error;

use super::manifest::{Contents, manifest};
use super::{Asked, Collector, Day, NotInCalendar, PriceSource, StatementError, focus};
use crate::aws::{Bucket, CallError};
use crate::panel_params::Terms;
use crate::reconcile::reason;
use crate::spec::EndpointName;
use crate::usage::Moment;

/// Where a schedule's events come from:
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html>.
const SCHEDULER: &str = "aws.events";

/// How much of what is missing an error says.
const MOST_MISSING_SAID: usize = 3;

/// Where exports go, and what they need to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    bucket: String,
    /// The bucket's account, where it isn't the function's.
    bucket_owner: Option<String>,
    /// The bucket's Region, where it isn't the function's: Amazon S3 takes objects for a bucket in its own Region alone.
    bucket_region: Option<String>,
    prefix: String,
    kms_key: Option<String>,
    billing_account: Option<String>,
}

/// The day that is to be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportRequest(Day);

/// Why there is no export, or none of the whole day.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The event names no day.
    #[error("the event asks for an export of no day: {0}")]
    Request(String),
    /// The function has no bucket.
    #[error("this function exports nothing: CHARGEBACK_BUCKET names no bucket")]
    SwitchedOff,
    /// The day isn't over, or its data may still arrive.
    #[error("{0} is not over yet, or its last samples may still arrive; ask again in an hour")]
    NotOver(Day),
    /// What ended on the day isn't listed any more. An export would put less in the place of what was exported then.
    #[error(
        "{0} began more than two weeks ago, and CloudWatch no longer lists the models that ended on it; `monitored-endpoint report --all-endpoints --day {0}` says what \
         is left"
    )]
    TooOld(Day),
    /// Endpoints can't be listed.
    #[error("the endpoints can't be listed")]
    Endpoints(#[source] StatementError),
    /// The object can't be put.
    #[error("{key} can't be written")]
    Put {
        /// The object's key.
        key: String,
        /// What AWS said.
        source: CallError,
    },
    /// Some of the day is missing. What there is has been written.
    #[error("{day} is incomplete, see {key}: {}", shortened(.missing))]
    Incomplete {
        /// The day.
        day: Day,
        /// The key of the manifest.
        key: String,
        /// What is missing, and why, in sentences.
        missing: Vec<String>,
    },
}

impl From<NotInCalendar> for ExportError {
    fn from(error: NotInCalendar) -> Self {
        Self::Request(error.to_string())
    }
}

impl Settings {
    /// From the function's environment, as `variable` gives it; none where no bucket is named.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        Some(Self {
            bucket: given("CHARGEBACK_BUCKET")?,
            bucket_owner: given("CHARGEBACK_BUCKET_OWNER"),
            bucket_region: given("CHARGEBACK_BUCKET_REGION"),
            prefix: given("CHARGEBACK_PREFIX").unwrap_or_default(),
            kms_key: given("CHARGEBACK_KMS_KEY"),
            billing_account: given("CHARGEBACK_BILLING_ACCOUNT"),
        })
    }
}

impl ExportRequest {
    /// Reads an event: a schedule's, which asks for the day before its time, or `{"Chargeback": {"Day": "2026-10-31"}}`. None where it asks
    /// for no export.
    #[must_use]
    pub fn read(event: &Value) -> Option<Result<Self, ExportError>> {
        if let Some(asked) = event.get("Chargeback") {
            let day = asked["Day"].as_str().unwrap_or_default();
            return Some(day.parse().map(Self).map_err(ExportError::from));
        }
        let time = event.get("time").filter(|_| event["source"] == SCHEDULER)?.as_str().unwrap_or_default();
        // The event's time and not the present: a run that is tried again after midnight is still about the same day.
        let today = time.split('T').next().unwrap_or_default().parse::<Day>();
        Some(today.map(|today| Self(Day::before(today.start()))).map_err(ExportError::from))
    }
}

/// The daily export. Made once per process.
#[derive(Clone, Debug)]
pub struct Export {
    collector: Collector,
    config: SdkConfig,
    settings: Settings,
}

impl Export {
    /// With the Region, credentials and endpoint URLs of `config`.
    #[must_use]
    pub fn new(config: &SdkConfig, settings: Settings) -> Self {
        Self { collector: Collector::new(config), config: config.clone(), settings }
    }

    /// Exports the day, and gives its manifest. `function_arn` says for which account and Region.
    ///
    /// IAM actions: those of [`Collector::endpoints`] and [`Collector::statements`]; `s3:PutObject`.
    pub async fn run(&self, request: ExportRequest, function_arn: &str, now: Moment) -> Result<String, ExportError> {
        let day = request.0;
        if day.end() > now {
            return Err(ExportError::NotOver(day));
        }
        if !day.start().is_listed(now) {
            return Err(ExportError::TooOld(day));
        }
        let names = self.collector.endpoints().await.map_err(ExportError::Endpoints)?;
        let asked: Vec<Asked> = names.iter().map(|endpoint| asked(endpoint, day, now)).collect();
        let mut contents = Contents::new(day, function_arn);
        for (name, statement) in names.iter().zip(self.collector.statements(&asked).await) {
            match statement {
                Ok(statement) if statement.window.until < day.end() => return Err(ExportError::NotOver(day)),
                Ok(statement) => contents.add(statement),
                // Deleted since it was listed. What it cost can't be found out any more, today or by trying again.
                Err(error) if error.is_gone() => contents.gone.push(name.to_string()),
                Err(error) => contents.missing.push(format!("{name}: {}", reason(&error))),
            }
        }
        self.put(contents).await
    }

    async fn put(&self, contents: Contents) -> Result<String, ExportError> {
        let Settings { prefix, billing_account, .. } = &self.settings;
        let folder = if contents.missing.is_empty() { prefix.clone() } else { format!("{prefix}incomplete/") };
        let data_key = format!("{folder}data/{}/chargeback.csv", contents.partition());
        let key = format!("{folder}manifest/{}/manifest.json", contents.partition());
        let data = focus(&contents.statements, billing_account.as_deref());
        let manifest = manifest(&contents, &data_key, &data);
        let bucket = self.bucket(&contents.account);
        // The manifest comes last: where it is, the data that it describes are.
        for (key, content_type, content) in
            [(&data_key, "text/csv", data), (&key, "application/json", manifest.clone())]
        {
            let put = bucket.put(key, content_type, content).await;
            put.map_err(|source| ExportError::Put { key: key.clone(), source })?;
        }
        let Contents { day, missing, .. } = contents;
        tracing::info!(%day, key, missing = missing.len(), "a day was exported");
        if missing.is_empty() { Ok(manifest) } else { Err(ExportError::Incomplete { day, key, missing }) }
    }

    /// The bucket, which belongs to `account` unless another was given.
    fn bucket(&self, account: &str) -> Bucket {
        let Settings { bucket, bucket_owner, bucket_region, kms_key, .. } = self.settings.clone();
        let config = match bucket_region {
            Some(region) => self.config.to_builder().region(Region::new(region)).build(),
            None => self.config.clone(),
        };
        Bucket::new(&config, bucket, bucket_owner.unwrap_or_else(|| account.to_owned()), kms_key)
    }
}

/// The first of what is missing: the manifest has all of it.
fn shortened(missing: &[String]) -> String {
    let first = missing.iter().take(MOST_MISSING_SAID).cloned().collect::<Vec<_>>().join("; ");
    match missing.len().saturating_sub(MOST_MISSING_SAID) {
        0 => first,
        more => format!("{first}; and {more} more"),
    }
}

fn asked(endpoint: &EndpointName, day: Day, now: Moment) -> Asked {
    let prices = PriceSource::Dashboard(None);
    Asked { endpoint: endpoint.clone(), range: day.range(), now, terms: Terms::default(), prices }
}

impl fmt::Display for ExportRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schedule_asks_for_the_day_before_whenever_its_event_arrives() {
        let scheduled = json!({
            "version": "0", "detail-type": "Scheduled Event", "source": "aws.events", "time": "2026-11-01T03:30:00Z", "detail": {},
        });
        let asked = |event: &Value| {
            ExportRequest::read(event).map(|asked| asked.map(|day| day.to_string()).map_err(|error| error.to_string()))
        };
        assert_eq!(asked(&scheduled), Some(Ok("2026-10-31".to_owned())));
        assert_eq!(asked(&json!({"Chargeback": {"Day": "2026-10-30"}})), Some(Ok("2026-10-30".to_owned())));
        assert_eq!(asked(&json!({"Panel": "Cost", "EndpointName": "chat"})), None);
        let refused = asked(&json!({"Chargeback": {}})).unwrap().unwrap_err();
        assert_eq!(refused, "the event asks for an export of no day: \"\" is not a day: give one such as 2026-10-31");
        assert!(asked(&json!({"source": "aws.events", "time": "noon"})).unwrap().is_err());
    }

    #[test]
    fn an_error_says_the_first_of_what_is_missing() {
        let missing = |many: usize| (1..=many).map(|number| format!("e{number}: denied")).collect::<Vec<_>>();
        assert_eq!(shortened(&missing(1)), "e1: denied");
        assert_eq!(shortened(&missing(5)), "e1: denied; e2: denied; e3: denied; and 2 more");
    }

    #[test]
    fn without_a_bucket_it_is_switched_off() {
        let read = |bucket: &str| Settings::read(|name| (name == "CHARGEBACK_BUCKET").then(|| bucket.to_owned()));
        assert_eq!(read(""), None);
        assert_eq!(
            read("costs").map(|settings| (settings.bucket, settings.prefix)),
            Some(("costs".into(), String::new()))
        );
    }
}
