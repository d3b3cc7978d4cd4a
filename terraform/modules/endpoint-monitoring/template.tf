# The stack's template, as Terraform values.

locals {
  config = var.endpoint_config_name == null ? {} : { endpoint-config = var.endpoint_config_name }
  tags   = [for key, value in merge(var.tags, local.config) : { Key = key, Value = value }]

  attributes = toset(["EndpointArn", "EndpointConfigName", "DashboardUrl"])

  template = {
    AWSTemplateFormatVersion = "2010-09-09"
    Description              = "Dashboard and alarms of a SageMaker endpoint, made by monitored-endpoint's provider."
    Parameters = {
      # Resolved by CloudFormation, so that Terraform needs to know nothing of the provider.
      ServiceToken = {
        Type    = "AWS::SSM::Parameter::Value<String>"
        Default = var.service_token_parameter
      }
    }
    Resources = {
      EndpointMonitoring = {
        Type = "Custom::EndpointMonitoring"
        Properties = merge(
          {
            ServiceToken   = { Ref = "ServiceToken" }
            ServiceTimeout = var.service_timeout
            EndpointName   = var.endpoint_name
          },
          local.properties,
          length(local.tags) == 0 ? {} : { Tags = local.tags },
        )
      }
    }
    Outputs = merge(
      { DashboardName = { Value = { Ref = "EndpointMonitoring" } } },
      { for name in local.attributes : name => { Value = { "Fn::GetAtt" = ["EndpointMonitoring", name] } } },
      { for kind in local.declared_alarms : "${kind}Arn" => { Value = { "Fn::GetAtt" = ["EndpointMonitoring", "${kind}Arn"] } } },
    )
  }
}
