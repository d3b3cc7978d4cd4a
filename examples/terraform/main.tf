# A monitored endpoint from Terraform, by this repository's module: one CloudFormation stack with the endpoint, its dashboard and its alarms.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

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
  description = "SNS topics, at most five, that the alarms notify."
  type        = list(string)
  default     = []
}

variable "publish_frequency" {
  description = "Seconds between two samples of each metric."
  type        = number
  default     = 60
}

module "endpoint" {
  source = "../../terraform"

  endpoint_name      = var.endpoint_name
  execution_role_arn = var.execution_role_arn
  # No model_name: its models are inference components.
  production_variants = [
    { variant_name = "AllTraffic", instance_type = "ml.g6.12xlarge", initial_instance_count = 1 },
  ]
  metrics_config = {
    enable_enhanced_metrics             = true
    metric_publish_frequency_in_seconds = var.publish_frequency
  }
  inference_components = [{ name = "chat", label = "Chat model", gpus_per_copy = 2 }]
  cost_per_hour        = 5.752
  unused_gpu_alarm     = { threshold = 3 } # two of the four are free on purpose
  alarm_actions        = var.alarm_topic_arns
}

output "endpoint_name" {
  description = "What InvokeEndpoint takes."
  value       = module.endpoint.endpoint_name
}

output "dashboard_url" {
  description = "The endpoint's dashboard in the CloudWatch console."
  value       = module.endpoint.dashboard_url
}

output "unused_gpu_alarm_arn" {
  description = "The alarm for GPUs that no model holds."
  value       = module.endpoint.alarm_arns["UnusedGpuAlarm"]
}

output "template" {
  description = "For `monitored-endpoint preview`."
  value       = module.endpoint.template
}
