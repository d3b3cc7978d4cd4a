# What the module deploys, without an account: `terraform test` (Terraform 1.7 or newer).

mock_provider "aws" {}

variables {
  endpoint_name = "shared-inference"
  production_variants = [
    { variant_name = "AllTraffic", instance_type = "ml.g6.12xlarge", initial_instance_count = 1 },
  ]
}

run "the_least_that_can_be_declared" {
  command = plan

  assert {
    condition = jsondecode(aws_cloudformation_stack.endpoint.template_body).Resources.MonitoredEndpoint == {
      Type = "Custom::MonitoredEndpoint"
      Properties = {
        ServiceToken       = { Ref = "ServiceToken" }
        ServiceTimeout     = 3600
        EndpointName       = "shared-inference"
        ProductionVariants = [{ VariantName = "AllTraffic", InstanceType = "ml.g6.12xlarge", InitialInstanceCount = 1 }]
      }
    }
    error_message = "Nothing is declared that was not given, and no null."
  }

  assert {
    condition     = output.template == aws_cloudformation_stack.endpoint.template_body
    error_message = "What is previewed is what is deployed."
  }

  assert {
    condition     = aws_cloudformation_stack.endpoint.name == "shared-inference-endpoint"
    error_message = "The stack is named after the endpoint."
  }

  assert {
    condition = jsondecode(aws_cloudformation_stack.endpoint.template_body).Parameters.ServiceToken == {
      Type    = "AWS::SSM::Parameter::Value<String>"
      Default = "/monitored-endpoint/service-token"
    }
    error_message = "CloudFormation reads the service token when it deploys."
  }
}

run "names_are_those_of_the_provider" {
  command = plan

  variables {
    cost_per_hour = 5.752
    ok_actions    = ["arn:aws:sns:us-east-1:123456789012:on-call"]
    tags          = { team = "search" }
    unused_gpu_alarm = {
      threshold = 1
    }
    budget_alarm = {
      enabled = false
    }
    production_variants = [{
      variant_name           = "AllTraffic"
      instance_type          = "ml.g6.12xlarge"
      initial_instance_count = 1
      enable_ssm_access      = true
      routing_config         = { routing_strategy = "RANDOM" }
      managed_instance_scaling = {
        status          = "ENABLED"
        scale_in_policy = { strategy = "IDLE_RELEASE" }
      }
    }]
    deployment_config = {
      auto_rollback_configuration = { alarms = [{ alarm_name = "errors" }] }
    }
  }

  assert {
    condition = jsondecode(aws_cloudformation_stack.endpoint.template_body).Resources.MonitoredEndpoint.Properties == {
      ServiceToken   = { Ref = "ServiceToken" }
      ServiceTimeout = 3600
      EndpointName   = "shared-inference"
      CostPerHour    = "5.752"
      OKActions      = ["arn:aws:sns:us-east-1:123456789012:on-call"]
      Tags           = [{ Key = "team", Value = "search" }]
      UnusedGpuAlarm = { Threshold = 1 }
      BudgetAlarm    = { Enabled = false }
      ProductionVariants = [{
        VariantName          = "AllTraffic"
        InstanceType         = "ml.g6.12xlarge"
        InitialInstanceCount = 1
        EnableSSMAccess      = true
        RoutingConfig        = { RoutingStrategy = "RANDOM" }
        ManagedInstanceScaling = {
          Status        = "ENABLED"
          ScaleInPolicy = { Strategy = "IDLE_RELEASE" }
        }
      }]
      DeploymentConfig = {
        AutoRollbackConfiguration = { Alarms = [{ AlarmName = "errors" }] }
      }
    }
    error_message = "Each property has the name that the provider reads."
  }

  assert {
    condition     = join(", ", keys(output.alarm_arns)) == "UnusedGpuAlarm"
    error_message = "An alarm that is switched off has no ARN."
  }
}

run "a_word_that_does_not_exist" {
  command = plan

  variables {
    gpu_dimension = "GPUId"
  }

  expect_failures = [var.gpu_dimension]
}

run "a_name_that_sagemaker_refuses" {
  command = plan

  variables {
    endpoint_name = "shared_inference"
  }

  expect_failures = [var.endpoint_name]
}
