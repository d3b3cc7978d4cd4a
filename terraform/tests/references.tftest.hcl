mock_provider "aws" {}

run "a_plan_with_values_that_only_an_apply_knows" {
  command = plan

  module {
    source = "./tests/references"
  }
}

run "what_the_stack_puts_out" {
  module {
    source = "./tests/references"
  }

  override_resource {
    target = module.endpoint.aws_cloudformation_stack.endpoint
    values = {
      outputs = {
        EndpointName       = "chat"
        EndpointArn        = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/chat"
        EndpointConfigName = "chat-0123456789"
        DashboardName      = "chat-monitoring"
        DashboardUrl       = "https://console.aws.amazon.com/"
        UnusedGpuAlarmArn  = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:chat-unused-gpu"
      }
    }
  }

  assert {
    condition     = output.alarm_arns["UnusedGpuAlarm"] == "arn:aws:cloudwatch:us-east-1:123456789012:alarm:chat-unused-gpu"
    error_message = "A declared alarm has its ARN."
  }
}
