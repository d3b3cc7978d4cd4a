//! CloudWatch, as far as dashboards and alarms need it.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::get_dashboard::GetDashboardOutput;
use aws_sdk_cloudwatch::types::{
    AlarmType, CompositeAlarm, DimensionFilter, MetricAlarm, OTelEnrichmentStatus, Tag as TagShape,
};

use super::alarm_definition::{composite_definition, metric_definition};
use super::fault::{CallError, Fault, failed};
use crate::plan::{AlarmRequest, PlannedDashboard};
use crate::spec::{AlarmName, DashboardName, EndpointName, GpuDimension, Tag};

/// How many alarms one call describes.
const MOST_ALARMS_DESCRIBED: usize = 100;

/// CloudWatch's operations on dashboards and alarms.
#[derive(Clone, Debug)]
pub(crate) struct CloudWatch {
    client: Client,
}

/// An alarm that exists, and the request that would make it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ExistingAlarm {
    pub(crate) name: AlarmName,
    pub(crate) arn: String,
    pub(crate) definition: AlarmRequest,
}

impl CloudWatch {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    pub(crate) async fn dashboard(&self, name: &DashboardName) -> Result<Option<GetDashboardOutput>, CallError> {
        match self.client.get_dashboard().dashboard_name(name.as_str()).send().await.map_err(Fault::from) {
            Ok(found) => Ok(Some(found)),
            Err(fault) if fault.is_not_found() => Ok(None),
            Err(fault) => Err(failed("cloudwatch:GetDashboard")(fault)),
        }
    }

    /// Puts a dashboard. Tags count only when it is new.
    pub(crate) async fn put_dashboard(&self, dashboard: &PlannedDashboard, tags: &[Tag]) -> Result<(), CallError> {
        let request = self
            .client
            .put_dashboard()
            .dashboard_name(dashboard.name.as_str())
            .dashboard_body(&dashboard.body)
            .set_tags(Some(tags.iter().map(shape).collect()));
        let put = request.send().await.map_err(|error| failed("cloudwatch:PutDashboard")(error.into()))?;
        // Only where, not what: a remark may quote a label that the declaration wants kept out of sight.
        for message in put.dashboard_validation_messages() {
            let path = message.data_path().unwrap_or_default();
            tracing::warn!(dashboard = %dashboard.name, path, "CloudWatch took the dashboard with a remark");
        }
        Ok(())
    }

    /// Deletes a dashboard. One that isn't there is as good as deleted.
    pub(crate) async fn delete_dashboard(&self, name: &DashboardName) -> Result<(), CallError> {
        match self.client.delete_dashboards().dashboard_names(name.as_str()).send().await.map_err(Fault::from) {
            Ok(_) => Ok(()),
            Err(fault) if fault.is_not_found() => Ok(()),
            Err(fault) => Err(failed("cloudwatch:DeleteDashboards")(fault)),
        }
    }

    /// The alarms of these names that exist, in as few calls as there can be.
    pub(crate) async fn alarms(&self, names: &[&AlarmName]) -> Result<Vec<ExistingAlarm>, CallError> {
        let found = names.chunks(MOST_ALARMS_DESCRIBED).map(|names| async {
            let request = self
                .client
                .describe_alarms()
                .set_alarm_names(Some(names.iter().map(ToString::to_string).collect()))
                .alarm_types(AlarmType::MetricAlarm)
                .alarm_types(AlarmType::CompositeAlarm)
                .max_records(i32::try_from(MOST_ALARMS_DESCRIBED).unwrap_or(i32::MAX));
            let found = request.send().await.map_err(|error| failed("cloudwatch:DescribeAlarms")(error.into()))?;
            let metric = found.metric_alarms.unwrap_or_default().into_iter().filter_map(existing_metric);
            let composite = found.composite_alarms.unwrap_or_default().into_iter().filter_map(existing_composite);
            Ok::<_, CallError>(metric.chain(composite).collect::<Vec<_>>())
        });
        Ok(futures_util::future::try_join_all(found).await?.concat())
    }

    /// Puts an alarm. Tags count only when it is new; everything else replaces what was there.
    pub(crate) async fn put_alarm(&self, alarm: &AlarmRequest, tags: &[Tag]) -> Result<(), CallError> {
        let tags = Some(tags.iter().map(shape).collect());
        match alarm {
            AlarmRequest::Metric(request) => {
                let put = request.as_ref().clone().set_tags(tags).send_with(&self.client).await;
                put.map(drop).map_err(|error| failed("cloudwatch:PutMetricAlarm")(error.into()))
            }
            AlarmRequest::Composite(request) => {
                let put = request.as_ref().clone().set_tags(tags).send_with(&self.client).await;
                put.map(drop).map_err(|error| failed("cloudwatch:PutCompositeAlarm")(error.into()))
            }
        }
    }

    /// Deletes an alarm. One that isn't there is as good as deleted.
    pub(crate) async fn delete_alarm(&self, name: &AlarmName) -> Result<(), CallError> {
        match self.client.delete_alarms().alarm_names(name.as_str()).send().await.map_err(Fault::from) {
            Ok(_) => Ok(()),
            Err(fault) if fault.is_not_found() => Ok(()),
            Err(fault) => Err(failed("cloudwatch:DeleteAlarms")(fault)),
        }
    }

    /// Tags of a dashboard or an alarm; none where it has gone.
    pub(crate) async fn tags(&self, arn: &str) -> Result<Vec<Tag>, CallError> {
        match self.client.list_tags_for_resource().resource_arn(arn).send().await.map_err(Fault::from) {
            Ok(listed) => {
                let tags = listed.tags.unwrap_or_default().into_iter();
                let text = |text: Option<String>| text.unwrap_or_default();
                Ok(tags.map(|tag| Tag { key: text(tag.key), value: text(tag.value) }).collect())
            }
            Err(fault) if fault.is_not_found() => Ok(Vec::new()),
            Err(fault) => Err(failed("cloudwatch:ListTagsForResource")(fault)),
        }
    }

    pub(crate) async fn tag(&self, arn: &str, tags: &[Tag]) -> Result<(), CallError> {
        let request = self.client.tag_resource().resource_arn(arn).set_tags(Some(tags.iter().map(shape).collect()));
        request.send().await.map(drop).map_err(|error| failed("cloudwatch:TagResource")(error.into()))
    }

    pub(crate) async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), CallError> {
        let request = self.client.untag_resource().resource_arn(arn).set_tag_keys(Some(keys.to_vec()));
        request.send().await.map(drop).map_err(|error| failed("cloudwatch:UntagResource")(error.into()))
    }

    /// Whether `OTel` enrichment runs in the account and Region.
    pub(crate) async fn enrichment_runs(&self) -> Result<bool, CallError> {
        let found = self.client.get_o_tel_enrichment().send().await;
        let found = found.map_err(|error| failed("cloudwatch:GetOTelEnrichment")(error.into()))?;
        Ok(found.status() == Some(&OTelEnrichmentStatus::Running))
    }

    /// Which dimensions tell the endpoint's GPUs apart, by what has been published; empty while nothing has been.
    pub(crate) async fn gpu_dimensions(&self, endpoint: &EndpointName) -> Result<BTreeSet<GpuDimension>, CallError> {
        let of_endpoint = DimensionFilter::builder().name("EndpointName").value(endpoint.as_str()).build();
        let mut pages = self
            .client
            .list_metrics()
            .namespace("/aws/sagemaker/InferenceComponents")
            .metric_name("GPUUtilizationNormalized")
            .dimensions(of_endpoint)
            .into_paginator()
            .send();
        let mut found = BTreeSet::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failed("cloudwatch:ListMetrics")(error.into()))?;
            let names = page
                .metrics()
                .iter()
                .flat_map(aws_sdk_cloudwatch::types::Metric::dimensions)
                .filter_map(|dimension| dimension.name());
            found.extend(names.filter_map(GpuDimension::named));
            if !found.is_empty() {
                break;
            }
        }
        Ok(found)
    }
}

fn existing_metric(alarm: MetricAlarm) -> Option<ExistingAlarm> {
    let (name, arn) = (AlarmName::parse(alarm.alarm_name()?).ok()?, alarm.alarm_arn.clone().unwrap_or_default());
    Some(ExistingAlarm { name, arn, definition: metric_definition(alarm) })
}

fn existing_composite(alarm: CompositeAlarm) -> Option<ExistingAlarm> {
    let (name, arn) = (AlarmName::parse(alarm.alarm_name()?).ok()?, alarm.alarm_arn.clone().unwrap_or_default());
    Some(ExistingAlarm { name, arn, definition: composite_definition(alarm) })
}

fn shape(tag: &Tag) -> TagShape {
    TagShape::builder().key(&tag.key).value(&tag.value).build()
}
