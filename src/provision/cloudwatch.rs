//! CloudWatch, as far as dashboards and alarms need it.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::get_dashboard::GetDashboardOutput;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_cloudwatch::types::{AlarmType, DimensionFilter, MetricAlarm, Tag as TagShape};

use super::error::{Fault, ProvisionError, failed};
use crate::plan::PlannedDashboard;
use crate::spec::{AlarmName, DashboardName, EndpointName, GpuDimension, Tag};

/// CloudWatch's operations on dashboards and alarms.
#[derive(Clone, Debug)]
pub(super) struct CloudWatch {
    client: Client,
}

/// What goes by an alarm's name.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum NamedAlarm {
    Metric(Box<MetricAlarm>),
    /// A composite alarm: never ours, and its name is taken all the same.
    Composite {
        arn: String,
    },
}

impl NamedAlarm {
    pub(super) fn into_arn(self) -> String {
        match self {
            Self::Metric(alarm) => alarm.alarm_arn.unwrap_or_default(),
            Self::Composite { arn } => arn,
        }
    }
}

impl CloudWatch {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    pub(super) async fn dashboard(&self, name: &DashboardName) -> Result<Option<GetDashboardOutput>, ProvisionError> {
        match self.client.get_dashboard().dashboard_name(name.as_str()).send().await.map_err(Fault::from) {
            Ok(found) => Ok(Some(found)),
            Err(fault) if fault.is_not_found() => Ok(None),
            Err(fault) => Err(failed("cloudwatch:GetDashboard")(fault)),
        }
    }

    /// Puts a dashboard. Tags count only when it is new.
    pub(super) async fn put_dashboard(&self, dashboard: &PlannedDashboard, tags: &[Tag]) -> Result<(), ProvisionError> {
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
    pub(super) async fn delete_dashboard(&self, name: &DashboardName) -> Result<(), ProvisionError> {
        match self.client.delete_dashboards().dashboard_names(name.as_str()).send().await.map_err(Fault::from) {
            Ok(_) => Ok(()),
            Err(fault) if fault.is_not_found() => Ok(()),
            Err(fault) => Err(failed("cloudwatch:DeleteDashboards")(fault)),
        }
    }

    pub(super) async fn alarm(&self, name: &AlarmName) -> Result<Option<NamedAlarm>, ProvisionError> {
        let request = self
            .client
            .describe_alarms()
            .alarm_names(name.as_str())
            .alarm_types(AlarmType::MetricAlarm)
            .alarm_types(AlarmType::CompositeAlarm);
        let found = request.send().await.map_err(|error| failed("cloudwatch:DescribeAlarms")(error.into()))?;
        let metric = found.metric_alarms.unwrap_or_default().into_iter().next();
        let composite = found.composite_alarms.unwrap_or_default().into_iter().next();
        Ok(match (metric, composite) {
            (Some(alarm), _) => Some(NamedAlarm::Metric(Box::new(alarm))),
            (None, Some(alarm)) => Some(NamedAlarm::Composite { arn: alarm.alarm_arn.unwrap_or_default() }),
            (None, None) => None,
        })
    }

    /// Puts an alarm. Tags count only when it is new; everything else replaces what was there.
    pub(super) async fn put_alarm(
        &self,
        alarm: &PutMetricAlarmInputBuilder,
        tags: &[Tag],
    ) -> Result<(), ProvisionError> {
        let request = alarm.clone().set_tags(Some(tags.iter().map(shape).collect()));
        let put = request.send_with(&self.client).await;
        put.map(drop).map_err(|error| failed("cloudwatch:PutMetricAlarm")(error.into()))
    }

    /// Deletes an alarm. One that isn't there is as good as deleted.
    pub(super) async fn delete_alarm(&self, name: &AlarmName) -> Result<(), ProvisionError> {
        match self.client.delete_alarms().alarm_names(name.as_str()).send().await.map_err(Fault::from) {
            Ok(_) => Ok(()),
            Err(fault) if fault.is_not_found() => Ok(()),
            Err(fault) => Err(failed("cloudwatch:DeleteAlarms")(fault)),
        }
    }

    /// Tags of a dashboard or an alarm; none where it has gone.
    pub(super) async fn tags(&self, arn: &str) -> Result<Vec<Tag>, ProvisionError> {
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

    pub(super) async fn tag(&self, arn: &str, tags: &[Tag]) -> Result<(), ProvisionError> {
        let request = self.client.tag_resource().resource_arn(arn).set_tags(Some(tags.iter().map(shape).collect()));
        request.send().await.map(drop).map_err(|error| failed("cloudwatch:TagResource")(error.into()))
    }

    pub(super) async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), ProvisionError> {
        let request = self.client.untag_resource().resource_arn(arn).set_tag_keys(Some(keys.to_vec()));
        request.send().await.map(drop).map_err(|error| failed("cloudwatch:UntagResource")(error.into()))
    }

    /// Which dimensions tell the endpoint's GPUs apart, by what has been published; empty while nothing has been.
    pub(super) async fn gpu_dimensions(
        &self,
        endpoint: &EndpointName,
    ) -> Result<BTreeSet<GpuDimension>, ProvisionError> {
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
            for name in names {
                found.extend(GpuDimension::ALL.into_iter().filter(|dimension| dimension.name() == name));
            }
            if !found.is_empty() {
                break;
            }
        }
        Ok(found)
    }
}

fn shape(tag: &Tag) -> TagShape {
    TagShape::builder().key(&tag.key).value(&tag.value).build()
}
