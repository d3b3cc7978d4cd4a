# An endpoint whose role and topic are made in the same apply, so that a plan doesn't know their ARNs yet.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_iam_role" "inference" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "sagemaker.amazonaws.com" } }]
  })
}

resource "aws_sns_topic" "on_call" {}

module "endpoint" {
  source = "../.."

  endpoint_name       = "chat"
  execution_role_arn  = aws_iam_role.inference.arn
  production_variants = [{ variant_name = "AllTraffic", instance_type = "ml.g6.12xlarge", initial_instance_count = 1 }]
  unused_gpu_alarm    = { alarm_actions = [aws_sns_topic.on_call.arn] }
}

output "alarm_arns" {
  value = module.endpoint.alarm_arns
}
