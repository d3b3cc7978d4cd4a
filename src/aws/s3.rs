//! Amazon S3, as far as an object is written.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ServerSideEncryption;

use super::fault::{CallError, failed};

/// An object of a large account's day is tens of megabytes.
const ATTEMPT_TIMEOUT: Duration = Duration::from_mins(2);

/// A bucket that objects are put into.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    client: Client,
    name: String,
    /// The account that the bucket must belong to: a name that was given up may be a stranger's tomorrow.
    owner: String,
    kms_key: Option<String>,
}

impl Bucket {
    pub(crate) fn new(config: &SdkConfig, name: String, owner: String, kms_key: Option<String>) -> Self {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build();
        let client = Client::from_conf(Builder::from(config).timeout_config(timeouts).build());
        Self { client, name, owner, kms_key }
    }

    /// Puts an object, whole or not at all, in the place of the one that is there. Without a KMS key the bucket's own encryption holds, which
    /// every bucket has: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html>.
    pub(crate) async fn put(&self, key: &str, content_type: &str, content: String) -> Result<(), CallError> {
        let kms = self.kms_key.as_ref().map(|_| ServerSideEncryption::AwsKms);
        let request = self
            .client
            .put_object()
            .bucket(&self.name)
            .expected_bucket_owner(&self.owner)
            .key(key)
            .content_type(content_type)
            .set_server_side_encryption(kms)
            .set_ssekms_key_id(self.kms_key.clone())
            .body(ByteStream::from(content.into_bytes()));
        request.send().await.map(drop).map_err(|error| failed("s3:PutObject")(error.into()))
    }
}
