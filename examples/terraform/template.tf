# The stack's template, as Terraform values: what the provider takes, with this module's variables in it.

variable "endpoint_name" {
  description = "Name of the endpoint. Dashboard and alarm are named after it."
  type        = string
  default     = "shared-inference"
}

variable "execution_role_arn" {
  description = "The role that SageMaker runs the endpoint with."
  type        = string
  default     = "arn:aws:iam::123456789012:role/inference"
}

variable "alarm_topic_arns" {
  description = "SNS topics, at most five, that the alarms tell."
  type        = list(string)
  default     = []
}

variable "publish_frequency" {
  description = "Seconds between two samples of each metric."
  type        = number
  default     = 60
}

locals {
  template = {
    AWSTemplateFormatVersion = "2010-09-09"
    Description              = "A monitored SageMaker endpoint, made by monitored-endpoint's provider."
    Parameters = {
      # Resolved by CloudFormation, so that Terraform needs to know nothing of the provider.
      ServiceToken = {
        Type    = "AWS::SSM::Parameter::Value<String>"
        Default = "/monitored-endpoint/service-token"
      }
    }
    Resources = {
      MonitoredEndpoint = {
        Type = "Custom::MonitoredEndpoint"
        Properties = {
          ServiceToken     = { Ref = "ServiceToken" }
          ServiceTimeout   = 3600
          EndpointName     = var.endpoint_name
          ExecutionRoleArn = var.execution_role_arn
          ProductionVariants = [
            { VariantName = "AllTraffic", InstanceType = "ml.g6.12xlarge", InitialInstanceCount = 1 },
          ]
          MetricsConfig = {
            EnableEnhancedMetrics           = true
            MetricPublishFrequencyInSeconds = var.publish_frequency
          }
          CostPerHour  = 5.752
          AlarmActions = var.alarm_topic_arns
        }
      }
    }
    Outputs = {
      EndpointName = { Value = { Ref = "MonitoredEndpoint" } }
      EndpointArn  = { Value = { "Fn::GetAtt" = ["MonitoredEndpoint", "EndpointArn"] } }
      DashboardUrl = { Value = { "Fn::GetAtt" = ["MonitoredEndpoint", "DashboardUrl"] } }
    }
  }
}
