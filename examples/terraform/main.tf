# A monitored endpoint from Terraform: one CloudFormation stack, whose template is in template.tf.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

resource "aws_cloudformation_stack" "endpoint" {
  name          = "${var.endpoint_name}-endpoint"
  template_body = jsonencode(local.template)
  on_failure    = "ROLLBACK"

  # An endpoint may take most of an hour, and its rollback as long again. Terraform's own default is 30 minutes.
  timeouts {
    create = "130m"
    update = "130m"
    delete = "70m"
  }
}

output "endpoint_name" {
  description = "What InvokeEndpoint takes."
  value       = aws_cloudformation_stack.endpoint.outputs["EndpointName"]
}

output "endpoint_arn" {
  description = "The endpoint."
  value       = aws_cloudformation_stack.endpoint.outputs["EndpointArn"]
}

output "dashboard_url" {
  description = "The endpoint's dashboard in the CloudWatch console."
  value       = aws_cloudformation_stack.endpoint.outputs["DashboardUrl"]
}
