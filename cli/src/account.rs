//! The account that a live endpoint is in, as the AWS command line finds it.

use aws_config::{Region, SdkConfig};

/// How AWS is asked, in this Region where one is given. `None` where no Region is known.
pub(crate) async fn config(region: Option<&str>) -> Option<SdkConfig> {
    let config = monitored_endpoint::aws::config().await;
    let config = match region {
        Some(region) => config.into_builder().region(Region::new(region.to_owned())).build(),
        None => config,
    };
    config.region().is_some().then_some(config)
}
