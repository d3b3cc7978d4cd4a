//! What Amazon S3 means by an answer that is no success: whether asking again may help.
//!
//! Error codes: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>.

use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

/// The most that is read of an error's body; S3's take some hundred bytes.
const MAX_BYTES: usize = 4096;
/// How long an error's body may take to come.
const MAX_WAIT: Duration = Duration::from_secs(2);
/// The connection stood still for too long while S3 was reading from it; sent with HTTP 400.
const TIMED_OUT: &str = "RequestTimeout";

/// Describes an error that may pass by itself; `None` where it is final.
///
/// Above all 403 is final: the URL has expired, or was changed on its way. What may pass: 5xx (`InternalError`, `SlowDown`,
/// `ServiceUnavailable`), 409 (`OperationAborted`: something else is being done to the object just now), 408 and 429, and one
/// of the many kinds of 400, which only the body identifies.
pub(super) async fn passing(status: u16, body: SdkBody) -> Option<String> {
    match status {
        408 | 409 | 429 | 500..=599 => Some(format!("HTTP {status}")),
        400 => match start_of(body).await {
            Some(start) if code(&start) == Some(TIMED_OUT) => Some(format!("HTTP 400 {TIMED_OUT}")),
            Some(_) => None,
            // Which 400 it was nobody knows. The same PUT again does no harm.
            None => Some("HTTP 400 without the end of its text".to_owned()),
        },
        _ => None,
    }
}

/// The first [`MAX_BYTES`] of a body or a little more; `None` where it broke off or took too long.
async fn start_of(body: SdkBody) -> Option<String> {
    let mut body = ByteStream::new(body);
    let read = async {
        let mut start = Vec::new();
        while start.len() < MAX_BYTES {
            match body.next().await {
                Some(piece) => {
                    let piece = piece.ok()?;
                    start.extend_from_slice(&piece[..piece.len().min(MAX_BYTES - start.len())]);
                }
                None => break,
            }
        }
        Some(String::from_utf8_lossy(&start).into_owned())
    };
    tokio::time::timeout(MAX_WAIT, read).await.ok().flatten()
}

/// The content of the first `Code` element.
fn code(xml: &str) -> Option<&str> {
    let (_, after) = xml.split_once("<Code>")?;
    after.split_once("</Code>").map(|(code, _)| code.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: &str) -> String {
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>m</Message></Error>")
    }

    fn passes(status: u16, body: &str) -> Option<String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(passing(status, SdkBody::from(body)))
    }

    #[test]
    fn review_11_s3_s_passing_errors_pass_and_its_refusals_are_final() {
        for status in [408, 409, 429, 500, 501, 502, 503, 504, 599] {
            assert_eq!(passes(status, ""), Some(format!("HTTP {status}")));
        }
        assert_eq!(passes(400, &error("RequestTimeout")).as_deref(), Some("HTTP 400 RequestTimeout"));
        for code in ["ExpiredToken", "AuthorizationQueryParametersError", "requesttimeout", "RequestTimeoutX", ""] {
            assert_eq!(passes(400, &error(code)), None, "{code}");
        }
        for body in ["", "RequestTimeout", "<Code>RequestTimeout", "<Error><Message>RequestTimeout</Message></Error>"] {
            assert_eq!(passes(400, body), None, "{body}");
        }
        for status in [301, 307, 401, 403, 404, 405, 411, 412] {
            assert_eq!(passes(status, &error("RequestTimeout")), None, "{status}");
        }
    }

    #[test]
    fn review_11_no_more_is_read_of_an_error_than_it_may_need() {
        let late = format!("{}{}", " ".repeat(MAX_BYTES), error("RequestTimeout"));
        assert_eq!(passes(400, &late), None);
    }
}
