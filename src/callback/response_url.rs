//! The presigned URL that CloudFormation waits on, accepted only where CloudFormation really puts it.
//!
//! A function that PUTs to any URL an event names is a way into whatever network it runs in, so the URL must be
//! `https` on an Amazon S3 host. Local runs loosen that by naming their own hosts in `EXTRA_RESPONSE_HOSTS`.

use std::fmt;
use std::time::SystemTime;

use thiserror::Error;
use url::{Host, Url};

use super::issued;

/// The domain under which each partition's S3 endpoints live
/// (<https://docs.aws.amazon.com/general/latest/gr/s3.html>; partitions as in the SDK's endpoint rules).
const PARTITION_SUFFIXES: [&str; 7] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "c2s.ic.gov",
    "sc2s.sgov.gov",
    "cloud.adc-e.uk",
    "csp.hci.ic.gov",
];

/// A `ResponseURL` that this provider is willing to contact.
#[derive(Clone, PartialEq, Eq)]
pub struct ResponseUrl(Url);

/// Why a `ResponseURL` is not contacted. Never carries the URL itself.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ResponseUrlError {
    /// The text is not an absolute URL.
    #[error("the ResponseURL is not a URL")]
    NotAUrl,
    /// The URL carries a user name or a password, which no presigned S3 URL does.
    #[error("the ResponseURL carries credentials, which no presigned Amazon S3 URL does")]
    Credentials,
    /// The host is neither Amazon S3's nor listed in `EXTRA_RESPONSE_HOSTS`.
    #[error("the ResponseURL's host is not an Amazon S3 host and is not listed in EXTRA_RESPONSE_HOSTS")]
    ForeignHost,
    /// The host is this machine and not listed in `EXTRA_RESPONSE_HOSTS`. CloudFormation never sends one.
    #[error("the ResponseURL is on this machine, and EXTRA_RESPONSE_HOSTS doesn't list it")]
    Local,
    /// `https` is required, except for loopback hosts listed in `EXTRA_RESPONSE_HOSTS`.
    #[error("the ResponseURL is not https")]
    NotHttps,
}

impl ResponseUrlError {
    /// Whether nobody waits at the URL: a developer's event has it.
    #[must_use]
    pub fn is_local(self) -> bool {
        self == Self::Local
    }
}

impl ResponseUrl {
    /// Accepts `text` when it is `https` on an Amazon S3 host of any partition, or on a host in `extra`.
    ///
    /// # Errors
    /// Says which rule the URL breaks, without repeating the URL.
    pub fn accept(text: &str, extra: &ExtraHosts) -> Result<Self, ResponseUrlError> {
        let url = Url::parse(text).map_err(|_| ResponseUrlError::NotAUrl)?;
        let host = url.host().ok_or(ResponseUrlError::NotAUrl)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ResponseUrlError::Credentials);
        }
        let port = url.port_or_known_default();
        if extra.allow(&host, port) {
            let plain_is_fine = url.scheme() == "http" && is_loopback(&host);
            if url.scheme() != "https" && !plain_is_fine {
                return Err(ResponseUrlError::NotHttps);
            }
            return Ok(Self(url));
        }
        let on_s3 = matches!(&host, Host::Domain(domain) if is_s3_host(domain)) && port == Some(443);
        match (on_s3, url.scheme()) {
            (true, "https") => Ok(Self(url)),
            (true, _) => Err(ResponseUrlError::NotHttps),
            (false, _) if url.scheme() == "http" && matches!(&host, Host::Domain(d) if is_s3_host(d)) => {
                Err(ResponseUrlError::NotHttps)
            }
            (false, _) if is_loopback(&host) => Err(ResponseUrlError::Local),
            (false, _) => Err(ResponseUrlError::ForeignHost),
        }
    }

    /// When CloudFormation signed it, and with that issued the request, where the URL says so plausibly.
    #[must_use]
    pub fn issued_at(&self) -> Option<SystemTime> {
        issued::issued_at(&self.0)
    }

    /// The URL as text. Only the delivery and the download may ask for it.
    pub(super) fn expose(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for ResponseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseUrl(secret)")
    }
}

/// Hosts accepted in addition to Amazon S3's: `host` (any port) or `host:port`, comma-separated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtraHosts(Vec<(String, Option<u16>)>);

impl ExtraHosts {
    /// Reads a comma-separated list such as `127.0.0.1:4566,localhost`. Empty entries are skipped.
    #[must_use]
    pub fn parse(list: &str) -> Self {
        let entry = |entry: &str| match entry.rsplit_once(':') {
            // An IPv6 address has colons of its own; only a port after the closing bracket counts.
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => match port.parse() {
                Ok(port) => (host.to_ascii_lowercase(), Some(port)),
                Err(_) => (entry.to_ascii_lowercase(), None),
            },
            _ => (entry.to_ascii_lowercase(), None),
        };
        Self(list.split(',').map(str::trim).filter(|e| !e.is_empty()).map(entry).collect())
    }

    fn allow(&self, host: &Host<&str>, port: Option<u16>) -> bool {
        let host = host.to_string();
        self.0.iter().any(|(known, known_port)| *known == host && (known_port.is_none() || *known_port == port))
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(domain) => *domain == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Virtual-hosted and path-style S3 hosts: `[bucket.]s3.<suffix>`, `[bucket.]s3.<region>.<suffix>`,
/// `[bucket.]s3-<region>.<suffix>`, with `dualstack` and `s3-fips` where S3 has them.
fn is_s3_host(domain: &str) -> bool {
    let Some(labels) = PARTITION_SUFFIXES.iter().find_map(|suffix| domain.strip_suffix(suffix)?.strip_suffix('.'))
    else {
        return false;
    };
    let labels: Vec<&str> = labels.split('.').collect();
    if labels.iter().any(|label| label.is_empty()) {
        return false;
    }
    let service = |label: &str| label == "s3" || label == "s3-fips";
    match labels.as_slice() {
        [.., "s3"] => true,
        [.., s3, region] if service(s3) && is_region(region) => true,
        [.., s3, "dualstack", region] if service(s3) && is_region(region) => true,
        [.., dashed] => dashed.strip_prefix("s3-").is_some_and(is_region),
        [] => false,
    }
}

/// `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`, `us-iso-east-1`: a letter group of 2–4, words, a number.
fn is_region(label: &str) -> bool {
    let parts: Vec<&str> = label.split('-').collect();
    let [area, words @ .., number] = parts.as_slice() else {
        return false;
    };
    (2..=4).contains(&area.len())
        && area.bytes().all(|b| b.is_ascii_lowercase())
        && !words.is_empty()
        && words.iter().all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()))
        && !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(url: &str, extra: &str) -> Result<(), ResponseUrlError> {
        ResponseUrl::accept(url, &ExtraHosts::parse(extra)).map(|_| ())
    }

    #[test]
    fn accepts_s3_hosts_of_every_partition() {
        for host in [
            "cloudformation-custom-resource-response-useast1.s3.amazonaws.com",
            "cloudformation-custom-resource-response-uswest2.s3-us-west-2.amazonaws.com",
            "cloudformation-custom-resource-response-eucentral1.s3.eu-central-1.amazonaws.com",
            "cloudformation-custom-resource-response-cnnorth1.s3.cn-north-1.amazonaws.com.cn",
            "cloudformation-custom-resource-response-usgovwest1.s3-us-gov-west-1.amazonaws.com",
            "bucket.s3.dualstack.eu-west-1.amazonaws.com",
            "bucket.s3-fips.us-gov-west-1.amazonaws.com",
            "bucket.s3.us-iso-east-1.c2s.ic.gov",
            "bucket.s3.us-isob-east-1.sc2s.sgov.gov",
            "bucket.s3.eusc-de-east-1.amazonaws.eu",
            "bucket.with.dots.s3.amazonaws.com",
            "s3.us-east-2.amazonaws.com",
        ] {
            assert_eq!(accept(&format!("https://{host}/key?X-Amz-Signature=s"), ""), Ok(()), "{host}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        use ResponseUrlError::{Credentials, ForeignHost, Local, NotAUrl, NotHttps};
        for (url, expected) in [
            ("http://bucket.s3.amazonaws.com/key", NotHttps),
            ("https://bucket.s3.amazonaws.com.evil.example/key", ForeignHost),
            ("https://evils3.amazonaws.com/key", ForeignHost),
            ("https://api.execute-api.us-east-1.amazonaws.com/key", ForeignHost),
            ("https://bucket.s3-website-us-east-1.amazonaws.com/key", ForeignHost),
            ("https://name.elb.dualstack.us-east-1.amazonaws.com/key", ForeignHost),
            ("https://bucket.s3.dualstack.lambda.amazonaws.com/key", ForeignHost),
            ("https://bucket.s3.amazonaws.com:8443/key", ForeignHost),
            ("http://bucket.s3.amazonaws.com:443/key", NotHttps),
            ("ftp://bucket.s3.amazonaws.com/key", ForeignHost),
            ("ftp://bucket.s3.amazonaws.com:443/key", NotHttps),
            ("https://.s3.amazonaws.com/key", ForeignHost),
            ("https://name:@bucket.s3.amazonaws.com/key", Credentials),
            ("https://:password@bucket.s3.amazonaws.com/key", Credentials),
            ("https://bucket.s3.amazonaws.com./key", ForeignHost),
            ("https://s3.amazonaws.com@evil.example/key", Credentials),
            ("https://169.254.169.254/latest/meta-data", ForeignHost),
            ("http://127.0.0.1:4566/answer", Local),
            ("https://10.0.0.1/answer", ForeignHost),
            ("file:///etc/passwd", NotAUrl),
            ("not a url", NotAUrl),
        ] {
            assert_eq!(accept(url, ""), Err(expected), "{url}");
        }
    }

    #[test]
    fn a_region_is_an_area_words_and_a_number() {
        for region in ["us-east-1", "us-gov-west-1", "eusc-de-east-1", "us-iso-east-1"] {
            assert!(is_region(region), "{region}");
        }
        let nearly = [
            "",
            "us",
            "us-1",
            "u-east-1",
            "aeusc-de-east-1",
            "uS-east-1",
            "us--1",
            "us--east-1",
            "us-eAst-1",
            "us-east-",
        ];
        for other in nearly.into_iter().chain(["us-east-1a", "us-east-one", "website-us-east-1"]) {
            assert!(!is_region(other), "{other}");
        }
    }

    #[test]
    fn extra_hosts_loosen_loopback_only() {
        assert_eq!(accept("http://127.0.0.1:4566/a", "127.0.0.1:4566"), Ok(()));
        assert_eq!(accept("http://localhost:9/a", "localhost"), Ok(()));
        assert_eq!(accept("http://[::1]:9/a", "[::1]:9"), Ok(()));
        assert_eq!(accept("https://answers.example:8443/a", " answers.example:8443 ,"), Ok(()));
        assert_eq!(accept("http://127.0.0.1:4567/a", "127.0.0.1:4566"), Err(ResponseUrlError::Local));
        assert_eq!(accept("http://answers.example/a", "answers.example"), Err(ResponseUrlError::NotHttps));
    }

    #[test]
    fn a_port_is_what_follows_the_last_colon_of_a_name_or_of_brackets() {
        let hosts = [("localhost", None), ("localhost", Some(9)), ("[::1]", None), ("[::1]", Some(9)), ("::1", None)];
        let hosts = hosts.map(|(host, port)| (host.to_owned(), port)).to_vec();
        assert_eq!(ExtraHosts::parse("localhost,LocalHost:9,[::1],[::1]:9,::1"), ExtraHosts(hosts));
    }

    #[test]
    fn what_is_contacted_is_what_was_accepted() {
        let presigned = "https://b.s3.amazonaws.com/arn%3Aaws/k?X-Amz-Signature=a%2Fb";
        assert_eq!(ResponseUrl::accept(presigned, &ExtraHosts::default()).unwrap().expose(), presigned);
    }

    #[test]
    fn debug_output_hides_the_url() {
        let url = ResponseUrl::accept("https://b.s3.amazonaws.com/k?X-Amz-Signature=tell", &ExtraHosts::default());
        assert_eq!(format!("{url:?}"), "Ok(ResponseUrl(secret))");
    }
}
