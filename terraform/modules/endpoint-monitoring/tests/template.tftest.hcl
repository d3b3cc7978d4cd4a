# What the module deploys, without an account: `terraform test` (Terraform 1.7 or newer).

mock_provider "aws" {}

variables {
  endpoint_name = "chat"
}

run "the_least_that_can_be_declared" {
  command = plan

  assert {
    condition = jsondecode(aws_cloudformation_stack.monitoring.template_body).Resources.EndpointMonitoring == {
      Type = "Custom::EndpointMonitoring"
      Properties = {
        ServiceToken   = { Ref = "ServiceToken" }
        ServiceTimeout = 900
        EndpointName   = "chat"
      }
    }
    error_message = "Nothing is declared that was not given, and no null."
  }
}

run "another_config_updates_the_stack" {
  command = plan

  variables {
    endpoint_config_name = "chat-2"
  }

  assert {
    condition = jsondecode(aws_cloudformation_stack.monitoring.template_body).Resources.EndpointMonitoring.Properties.Tags == [
      { Key = "endpoint-config", Value = "chat-2" },
    ]
    error_message = "The config's name is part of the template."
  }
}
