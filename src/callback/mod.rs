//! Everything about answering CloudFormation: where the answer goes, what it says, and putting it there.
//!
//! This is the only module that can see a `ResponseURL`, or the presigned URL of a hook's template. Such a URL is a bearer secret (whoever
//! holds it can answer for the stack, or read its template), so [`ResponseUrl`] prints as a placeholder and no error here carries it.

mod answer;
mod attempts;
mod delivery;
mod download;
mod issued;
mod printable;
mod refusal;
mod response_url;

pub use answer::{Answer, Body, Data, MAX_BODY_BYTES, Outcome};
pub use delivery::{Delivery, DeliveryError};
pub use download::{Download, DownloadError};
pub use printable::printable;
pub use response_url::{ExtraHosts, ResponseUrl, ResponseUrlError};
