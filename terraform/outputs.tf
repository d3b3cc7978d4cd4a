output "endpoint_name" {
  description = "What InvokeEndpoint takes."
  value       = aws_cloudformation_stack.endpoint.outputs["EndpointName"]
}

output "endpoint_arn" {
  description = "The endpoint."
  value       = aws_cloudformation_stack.endpoint.outputs["EndpointArn"]
}

output "endpoint_config_name" {
  description = "The config that the endpoint serves on."
  value       = aws_cloudformation_stack.endpoint.outputs["EndpointConfigName"]
}

output "dashboard_name" {
  description = "The dashboard; empty where it is switched off."
  value       = aws_cloudformation_stack.endpoint.outputs["DashboardName"]
}

output "dashboard_url" {
  description = "The dashboard in the CloudWatch console; empty where it is switched off."
  value       = aws_cloudformation_stack.endpoint.outputs["DashboardUrl"]
}

output "alarm_arns" {
  description = "The alarms that are declared, by kind, such as UnusedGpuAlarm. One that is on without being declared isn't among them."
  value       = { for kind in local.declared_alarms : kind => aws_cloudformation_stack.endpoint.outputs["${kind}Arn"] }
}

output "stack_id" {
  description = "The CloudFormation stack, whose events say why something failed."
  value       = aws_cloudformation_stack.endpoint.id
}

output "template" {
  description = "The stack's template, as `monitored-endpoint preview` and `plan` take it."
  value       = jsonencode(local.template)
}
