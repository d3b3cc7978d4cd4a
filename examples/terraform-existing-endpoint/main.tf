# Monitoring for an endpoint that Terraform makes by itself: dashboard and alarms in a CloudFormation stack of their own.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "model_name" {
  description = "The SageMaker model that the endpoint serves."
  type        = string
  default     = "chat"
}

resource "aws_sagemaker_endpoint_configuration" "chat" {
  name_prefix = "chat-"

  production_variants {
    variant_name           = "AllTraffic"
    model_name             = var.model_name
    instance_type          = "ml.g6.12xlarge"
    initial_instance_count = 1
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_sagemaker_endpoint" "chat" {
  name                 = "chat"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.chat.name
}

module "monitoring" {
  source = "../../terraform/modules/endpoint-monitoring"

  endpoint_name = aws_sagemaker_endpoint.chat.name
  # Another config updates the stack, so that the provider reads the endpoint again.
  endpoint_config_name = aws_sagemaker_endpoint_configuration.chat.name
  # The rest is read from the endpoint.
  cost_per_hour    = 5.752
  no_traffic_alarm = { threshold = 0 }
}

output "dashboard_url" {
  description = "The endpoint's dashboard in the CloudWatch console."
  value       = module.monitoring.dashboard_url
}

output "template" {
  description = "For `monitored-endpoint preview`."
  value       = module.monitoring.template
}
