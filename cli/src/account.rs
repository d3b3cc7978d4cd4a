//! The account that a live endpoint is in, as the AWS command line finds it.

use std::error::Error;

use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials, error::CredentialsError};
use clap::Args;
use monitored_endpoint::aws;
use thiserror::Error;

/// Where a live endpoint is, and who asks.
#[derive(Clone, Debug, Args)]
pub(crate) struct Account {
    /// The profile of the AWS configuration files; AWS_PROFILE, or `default`, where none is given.
    #[expect(clippy::doc_markdown, reason = "help is printed as it stands")]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// The Region; the configured one by default.
    #[arg(long)]
    region: Option<String>,
}

/// Why AWS can't be asked.
#[derive(Debug, Error)]
pub(crate) enum AccountError {
    /// No Region is configured.
    #[error("no Region is configured; give --region, or set AWS_REGION")]
    Region,
    /// Nothing and nobody gives credentials.
    #[error(
        "{} gives no credentials for AWS; give --profile, sign in with `aws sso login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        whose(.profile.as_ref())
    )]
    None { profile: Option<String> },
    /// Those there are can't be had.
    #[error(
        "{} gives no credentials for AWS: {cause}; where it is a profile of IAM Identity Center, sign in with `aws sso login{}`",
        whose(.profile.as_ref()),
        .profile.as_ref().map(|profile| format!(" --profile {profile}")).unwrap_or_default()
    )]
    Refused { profile: Option<String>, cause: String },
}

fn whose(profile: Option<&String>) -> String {
    profile.map_or_else(|| "this machine's configuration".to_owned(), |profile| format!("the profile {profile:?}"))
}

impl Account {
    /// How AWS is asked, once it is known that it can be.
    pub(crate) async fn open(&self) -> Result<SdkConfig, AccountError> {
        let config = aws::config(self.profile.as_deref()).await;
        let config = match &self.region {
            Some(region) => config.into_builder().region(Region::new(region.clone())).build(),
            None => config,
        };
        if config.region().is_none() {
            return Err(AccountError::Region);
        }
        // Each call would find out by itself, and say it in words of its own after minutes of attempts.
        let Some(provider) = config.credentials_provider() else { return Err(self.none()) };
        match provider.provide_credentials().await {
            Ok(_) => Ok(config),
            Err(CredentialsError::CredentialsNotLoaded(_)) => Err(self.none()),
            Err(error) => Err(AccountError::Refused { profile: self.profile.clone(), cause: innermost(&error) }),
        }
    }

    fn none(&self) -> AccountError {
        AccountError::None { profile: self.profile.clone() }
    }
}

/// What went wrong in the end: the errors around it only say that something did.
fn innermost(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
