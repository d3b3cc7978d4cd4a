//! When a presigned URL was signed, which is when CloudFormation began to wait for the answer.

use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use url::Url;

/// How long CloudFormation's URLs live, which signature version 2 says only as their end.
const LIFE: u64 = 2 * 60 * 60;
/// Custom resources are younger than 2010, and whatever claims to be from after 2099 is no time of signing.
const PLAUSIBLE: std::ops::Range<u64> = 1_262_304_000..4_102_444_800;

/// When `url` was signed, where it says so: `X-Amz-Date` in version 4
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>), `Expires` in version 2, which Regions
/// from before 2014 still know (<https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html>).
pub(super) fn issued_at(url: &Url) -> Option<SystemTime> {
    let query = |wanted: &str| url.query_pairs().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    let seconds = match query("X-Amz-Date") {
        Some((_, date)) => basic_date(&date)?,
        None => seconds(&query("Expires")?.1)?.checked_sub(LIFE)?,
    };
    let at = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
    at.filter(|_| PLAUSIBLE.contains(&seconds))
}

/// `20261127T093000Z` in seconds since 1970. The calendar (leap years, the days of a month) is the SDK's.
fn basic_date(text: &str) -> Option<u64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if date.len() != 8 || time.len() != 6 || !all_digits(date) || !all_digits(time) {
        return None;
    }
    let (year, month, day) = (&date[..4], &date[4..6], &date[6..]);
    let (hour, minute, second) = (&time[..2], &time[2..4], &time[4..]);
    let extended = format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z");
    let parsed = DateTime::from_str(&extended, Format::DateTime).ok()?;
    u64::try_from(parsed.secs()).ok()
}

fn seconds(text: &str) -> Option<u64> {
    // Without a sign, which `parse` would take.
    let digits = (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(query: &str) -> Option<u64> {
        let url = Url::parse(&format!("https://b.s3.amazonaws.com/k?{query}")).unwrap();
        issued_at(&url).map(|at| at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
    }

    #[test]
    fn review_12_the_url_says_when_the_request_was_issued() {
        assert_eq!(at("X-Amz-Expires=7200&X-Amz-Date=20261127T093000Z&X-Amz-Signature=s"), Some(1_795_771_800));
        assert_eq!(at("x-amz-date=20240229T235959Z"), Some(1_709_251_199));
        assert_eq!(at("X%2DAmz%2DDate=2026%31127T093000%5A"), Some(1_795_771_800));
        assert_eq!(at("AWSAccessKeyId=AKID&Expires=1795779000&Signature=s"), Some(1_795_771_800));
    }

    #[test]
    fn what_is_no_date_or_no_plausible_one_says_nothing() {
        for date in [
            "",
            "Z",
            "20261127T093000",
            "20261127 093000Z",
            "20261327T093000Z",
            "20250229T093000Z",
            "20261127T243000Z",
            "20261127T096000Z",
            "2026112７T09300Z",
            "+0261127T093000Z",
            "20261127T0930000Z",
            "00000101T000000Z",
            "19991231T235959Z",
            "99991231T235959Z",
        ] {
            assert_eq!(at(&format!("X-Amz-Date={date}")), None, "{date}");
            // A date that makes no sense isn't replaced by a guess.
            assert_eq!(at(&format!("X-Amz-Date={date}&Expires=1795779000")), None, "{date}");
        }
        for expires in
            ["", "0", "7199", "+1795779000", "-1", "1795779000.0", "soon", "99999999999", "18446744073709551615"]
        {
            assert_eq!(at(&format!("Expires={expires}")), None, "{expires}");
        }
        assert_eq!(at("X-Amz-Expires=7200"), None);
    }

    proptest! {
        #[test]
        fn any_query_is_read_without_panic(query in any::<String>(), date in "[0-9TZé]{0,20}") {
            let _ = at(&query.replace('#', ""));
            let _ = at(&format!("X-Amz-Date={date}"));
        }
    }
}
