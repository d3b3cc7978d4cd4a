# The stack's template, as Terraform values.

locals {
  tags = [for key, value in var.tags : { Key = key, Value = value }]

  attributes = toset(["EndpointArn", "EndpointConfigName", "DashboardName", "DashboardUrl"])

  template = {
    AWSTemplateFormatVersion = "2010-09-09"
    Description              = "A monitored SageMaker endpoint, made by monitored-endpoint's provider."
    Parameters = {
      # Resolved by CloudFormation, so that Terraform needs to know nothing of the provider.
      ServiceToken = {
        Type    = "AWS::SSM::Parameter::Value<String>"
        Default = var.service_token_parameter
      }
    }
    Resources = {
      MonitoredEndpoint = {
        Type = "Custom::MonitoredEndpoint"
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
      { EndpointName = { Value = { Ref = "MonitoredEndpoint" } } },
      { for name in local.attributes : name => { Value = { "Fn::GetAtt" = ["MonitoredEndpoint", name] } } },
      { for kind in local.declared_alarms : "${kind}Arn" => { Value = { "Fn::GetAtt" = ["MonitoredEndpoint", "${kind}Arn"] } } },
    )
  }
}
