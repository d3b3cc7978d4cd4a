# What isn't a property of the resource, or is written in Terraform's own way. variables.tf has all others.

variable "endpoint_name" {
  description = "Name of the endpoint: 1 to 63 letters, digits and hyphens, with a letter or digit at both ends. Dashboard and alarms are named after it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$", var.endpoint_name))
    error_message = "endpoint_name has to be 1 to 63 letters, digits and hyphens, with a letter or digit at both ends."
  }
}

variable "tags" {
  description = "Tags of the stack and of everything that the provider makes."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "stack_name" {
  description = "Name of the CloudFormation stack. <endpoint_name>-monitoring if left out."
  type        = string
  default     = null
}

variable "stack_role_arn" {
  description = "The role that CloudFormation deploys the stack with. Terraform's own permissions if left out."
  type        = string
  default     = null
}

variable "service_token_parameter" {
  description = "SSM parameter that holds the ARN of the provider's function. CloudFormation reads it when it deploys."
  type        = string
  default     = "/monitored-endpoint/service-token"
  nullable    = false
}

variable "service_timeout" {
  description = "Seconds that CloudFormation waits for the provider, 1 to 3600."
  type        = number
  default     = 900
  nullable    = false

  validation {
    condition     = var.service_timeout >= 1 && var.service_timeout <= 3600
    error_message = "service_timeout has to be 1 to 3600 seconds."
  }
}

variable "endpoint_config_name" {
  description = "Name of the config that the endpoint serves on. It becomes a tag, so that another config updates the stack and the provider reads the endpoint again."
  type        = string
  default     = null
}
