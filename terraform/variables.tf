# Written by `make bindings` from docs/properties.schema.json and data/limits.csv. Don't edit it here.

variable "actions_enabled" {
  description = "Whether actions are taken, for every alarm that doesn't say so itself. `false` keeps alarms and their states and tells nobody."
  type        = bool
  default     = null
}

variable "adopt_existing" {
  description = "Take over a dashboard or metric alarm of the same name that this resource didn't make. From then on it belongs to this resource."
  type        = bool
  default     = null
}

variable "alarm_actions" {
  description = "Actions on going to ALARM, for every alarm without actions of its own. At most 5 items."
  type        = list(string)
  default     = null
}

variable "alarm_tags_propagation" {
  description = "Whether every alarm's tags, your `Tags` and ours, go with its notifications to SNS, Lambda and EventBridge, to route them by."
  type = object({
    enabled           = optional(bool)
    excluded_tag_keys = optional(list(string))
    included_tag_keys = optional(list(string))
  })
  default = null
}

variable "async_inference_config" {
  description = "AsyncInferenceConfig of CreateEndpointConfig. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AsyncInferenceConfig.html"
  type = object({
    client_config = optional(object({
      max_concurrent_invocations_per_instance = optional(number)
    }))
    output_config = object({
      kms_key_id = optional(string)
      notification_config = optional(object({
        error_topic                   = optional(string)
        include_inference_response_in = optional(list(string))
        success_topic                 = optional(string)
      }))
      s3_failure_path = optional(string)
      s3_output_path  = optional(string)
    })
  })
  default = null
}

variable "backlog_alarm" {
  description = "Fires when requests wait too long in an asynchronous endpoint's queue."
  type = object({
    actions_enabled           = optional(bool)
    alarm_actions             = optional(list(string))
    alarm_description         = optional(string)
    alarm_name                = optional(string)
    comparison_operator       = optional(string)
    datapoints_to_alarm       = optional(number)
    enabled                   = optional(bool)
    evaluation_periods        = optional(number)
    insufficient_data_actions = optional(list(string))
    ok_actions                = optional(list(string))
    period                    = optional(number)
    source                    = optional(string)
    threshold                 = optional(number)
    time_zone                 = optional(string)
    treat_missing_data        = optional(string)
  })
  default = null
}

variable "budget_alarm" {
  description = "Fires when the instances cost more dollars in a day than they may. Needs a price."
  type = object({
    actions_enabled           = optional(bool)
    alarm_actions             = optional(list(string))
    alarm_description         = optional(string)
    alarm_name                = optional(string)
    comparison_operator       = optional(string)
    datapoints_to_alarm       = optional(number)
    enabled                   = optional(bool)
    evaluation_periods        = optional(number)
    insufficient_data_actions = optional(list(string))
    ok_actions                = optional(list(string))
    period                    = optional(number)
    source                    = optional(string)
    threshold                 = optional(number)
    time_zone                 = optional(string)
    treat_missing_data        = optional(string)
  })
  default = null
}

variable "cost_per_hour" {
  description = "Dollars per instance-hour, or `Auto` for the Region's on-demand list price. At most 100000."
  type        = string
  default     = null
}

variable "dashboard" {
  description = "The dashboard."
  type = object({
    correct_drift   = optional(bool)
    dashboard_name  = optional(string)
    enabled         = optional(bool)
    interactive     = optional(bool)
    period_override = optional(string)
    start           = optional(string)
  })
  default = null
}

variable "data_capture_config" {
  description = "DataCaptureConfig of CreateEndpointConfig. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfig.html"
  type = object({
    capture_content_type_header = optional(object({
      csv_content_types  = optional(list(string))
      json_content_types = optional(list(string))
    }))
    capture_options = list(object({
      capture_mode = string
    }))
    destination_s3_uri          = string
    enable_capture              = optional(bool)
    initial_sampling_percentage = number
    kms_key_id                  = optional(string)
  })
  default = null
}

variable "deployment_config" {
  description = "DeploymentConfig of UpdateEndpoint. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeploymentConfig.html"
  type = object({
    auto_rollback_configuration = optional(object({
      alarms = optional(list(object({
        alarm_name = optional(string)
      })))
    }))
    blue_green_update_policy = optional(object({
      maximum_execution_timeout_in_seconds = optional(number)
      termination_wait_in_seconds          = optional(number)
      traffic_routing_configuration = object({
        canary_size = optional(object({
          type  = string
          value = number
        }))
        linear_step_size = optional(object({
          type  = string
          value = number
        }))
        type                     = string
        wait_interval_in_seconds = number
      })
    }))
    rolling_update_policy = optional(object({
      maximum_batch_size = object({
        type  = string
        value = number
      })
      maximum_execution_timeout_in_seconds = optional(number)
      rollback_maximum_batch_size = optional(object({
        type  = string
        value = number
      }))
      wait_interval_in_seconds = number
    }))
  })
  default = null
}

variable "enable_network_isolation" {
  description = "EnableNetworkIsolation of CreateEndpointConfig."
  type        = bool
  default     = null
}

variable "endpoint_config_name" {
  description = "EndpointConfigName of CreateEndpointConfig. At most 63 characters."
  type        = string
  default     = null
}

variable "endpoint_config_name_prefix" {
  description = "Beginning of the config's name. A hyphen and ten hexadecimal digits follow, 63 characters in all."
  type        = string
  default     = null
}

variable "error_rate_alarm" {
  description = "Fires when too many requests to a model or variant end in 5xx."
  type = object({
    actions_enabled           = optional(bool)
    alarm_actions             = optional(list(string))
    alarm_description         = optional(string)
    alarm_name                = optional(string)
    comparison_operator       = optional(string)
    datapoints_to_alarm       = optional(number)
    enabled                   = optional(bool)
    evaluation_periods        = optional(number)
    insufficient_data_actions = optional(list(string))
    ok_actions                = optional(list(string))
    period                    = optional(number)
    source                    = optional(string)
    threshold                 = optional(number)
    time_zone                 = optional(string)
    treat_missing_data        = optional(string)
  })
  default = null
}

variable "exclude_retained_variant_properties" {
  description = "ExcludeRetainedVariantProperties of UpdateEndpoint. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VariantProperty.html At most 3 items."
  type = list(object({
    variant_property_type = string
  }))
  default = null
}

variable "execution_role_arn" {
  description = "ExecutionRoleArn of CreateEndpointConfig. 20 to 2048 characters."
  type        = string
  default     = null
}

variable "explainer_config" {
  description = "ExplainerConfig of CreateEndpointConfig. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ExplainerConfig.html"
  type = object({
    clarify_explainer_config = optional(object({
      enable_explanations = optional(string)
      inference_config = optional(object({
        content_template      = optional(string)
        feature_headers       = optional(list(string))
        feature_types         = optional(list(string))
        features_attribute    = optional(string)
        label_attribute       = optional(string)
        label_headers         = optional(list(string))
        label_index           = optional(number)
        max_payload_in_mb     = optional(number)
        max_record_count      = optional(number)
        probability_attribute = optional(string)
        probability_index     = optional(number)
      }))
      shap_config = object({
        number_of_samples = optional(number)
        seed              = optional(number)
        shap_baseline_config = object({
          mime_type         = optional(string)
          shap_baseline     = optional(string)
          shap_baseline_uri = optional(string)
        })
        text_config = optional(object({
          granularity = string
          language    = string
        }))
        use_logit = optional(bool)
      })
    }))
  })
  default = null
}

variable "first_chunk_latency_alarm" {
  description = "Fires when streamed answers of a model or variant begin too late: p99 of `FirstChunkLatency` in milliseconds. AWS documents it for variants with a model of their own, not for inference components."
  type = object({
    actions_enabled           = optional(bool)
    alarm_actions             = optional(list(string))
    alarm_description         = optional(string)
    alarm_name                = optional(string)
    comparison_operator       = optional(string)
    datapoints_to_alarm       = optional(number)
    enabled                   = optional(bool)
    evaluation_periods        = optional(number)
    insufficient_data_actions = optional(list(string))
    ok_actions                = optional(list(string))
    period                    = optional(number)
    source                    = optional(string)
    threshold                 = optional(number)
    time_zone                 = optional(string)
    treat_missing_data        = optional(string)
  })
  default = null
}

variable "gpu_buffer_alarm" {
  description = "Fires when too few GPUs are left to scale a model or to place another."
  type = object({
    actions_enabled           = optional(bool)
    alarm_actions             = optional(list(string))
    alarm_description         = optional(string)
    alarm_name                = optional(string)
    comparison_operator       = optional(string)
    datapoints_to_alarm       = optional(number)
    enabled                   = optional(bool)
    evaluation_periods        = optional(number)
    insufficient_data_actions = optional(list(string))
    ok_actions                = optional(list(string))
    period                    = optional(number)
    source                    = optional(string)
    threshold                 = optional(number)
    time_zone                 = optional(string)
    treat_missing_data        = optional(string)
  })
  default = null
}

variable "gpu_dimension" {
  description = "The metric dimension that identifies a GPU. `Auto` takes the one that CloudWatch lists, and both while it lists neither."
  type        = string
  default     = null

  validation {
    condition     = var.gpu_dimension == null || contains(["GpuId", "AcceleratorId", "Auto"], coalesce(var.gpu_dimension, "none"))
    error_message = "gpu_dimension has to be one of GpuId, AcceleratorId, Auto."
  }
}

variable "gpus_per_instance" {
  description = "GPUs of one instance. Ignored for types without GPUs. 1 to 64."
  type        = number
  default     = null
}

variable "idle_gpu_alarm" {
  description = "Fires when models hold GPUs and hardly use them."
  type = object({
    actions_enabled           = optional(bool)
    alarm_actions             = optional(list(string))
    alarm_description         = optional(string)
    alarm_name                = optional(string)
    comparison_operator       = optional(string)
    datapoints_to_alarm       = optional(number)
    enabled                   = optional(bool)
    evaluation_periods        = optional(number)
    insufficient_data_actions = optional(list(string))
    ok_actions                = optional(list(string))
    period                    = optional(number)
    source                    = optional(string)
    threshold                 = optional(number)
    time_zone                 = optional(string)
    treat_missing_data        = optional(string)
  })
  default = null
}

variable "inference_components" {
  description = "Models to show by name."
  type = list(object({
    gpus_per_copy = optional(number)
    label         = optional(string)
    name          = string
  }))
  default = null
}

variable "insufficient_data_actions" {
  description = "The same for `INSUFFICIENT_DATA`. At most 5 items."
  type        = list(string)
  default     = null
}

variable "kms_key_id" {
  description = "KmsKeyId of CreateEndpointConfig. At most 2048 characters."
  type        = string
  default     = null
}

variable "latency_alarm" {
  description = "Fires when requests to a model or variant take too long: p99 of `ModelLatency` in milliseconds."
  type = object({
    actions_enabled           = optional(bool)
    alarm_actions             = optional(list(string))
    alarm_description         = optional(string)
    alarm_name                = optional(string)
    comparison_operator       = optional(string)
    datapoints_to_alarm       = optional(number)
    enabled                   = optional(bool)
    evaluation_periods        = optional(number)
    insufficient_data_actions = optional(list(string))
    ok_actions                = optional(list(string))
    period                    = optional(number)
    source                    = optional(string)
    threshold                 = optional(number)
    time_zone                 = optional(string)
    treat_missing_data        = optional(string)
  })
  default = null
}

variable "metrics_config" {
  description = "MetricsConfig of CreateEndpointConfig. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MetricsConfig.html"
  type = object({
    enable_detailed_observability       = optional(bool)
    enable_enhanced_metrics             = optional(bool)
    metric_publish_frequency_in_seconds = optional(number)
  })
  default = null
}

variable "no_capacity_alarm" {
  description = "Fires when a model is called that has no copy."
  type = object({
    actions_enabled           = optional(bool)
    alarm_actions             = optional(list(string))
    alarm_description         = optional(string)
    alarm_name                = optional(string)
    comparison_operator       = optional(string)
    datapoints_to_alarm       = optional(number)
    enabled                   = optional(bool)
    evaluation_periods        = optional(number)
    insufficient_data_actions = optional(list(string))
    ok_actions                = optional(list(string))
    period                    = optional(number)
    source                    = optional(string)
    threshold                 = optional(number)
    time_zone                 = optional(string)
    treat_missing_data        = optional(string)
  })
  default = null
}

variable "no_echo" {
  description = "Mask the attributes in CloudFormation, and quote no value in a `Reason`. Names of what is made are still logged."
  type        = bool
  default     = null
}

variable "no_traffic_alarm" {
  description = "Fires when instances run and nobody calls."
  type = object({
    actions_enabled           = optional(bool)
    alarm_actions             = optional(list(string))
    alarm_description         = optional(string)
    alarm_name                = optional(string)
    comparison_operator       = optional(string)
    datapoints_to_alarm       = optional(number)
    enabled                   = optional(bool)
    evaluation_periods        = optional(number)
    insufficient_data_actions = optional(list(string))
    ok_actions                = optional(list(string))
    period                    = optional(number)
    source                    = optional(string)
    threshold                 = optional(number)
    time_zone                 = optional(string)
    treat_missing_data        = optional(string)
  })
  default = null
}

variable "ok_actions" {
  description = "The same for OK. At most 5 items."
  type        = list(string)
  default     = null
}

variable "production_variants" {
  description = "ProductionVariants of CreateEndpointConfig. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html 1 to 10 items."
  type = list(object({
    accelerator_partition_layouts = optional(list(object({
      accelerator_partition_types = optional(list(string))
    })))
    accelerator_type = optional(string)
    capacity_reservation_config = optional(object({
      capacity_reservation_preference = optional(string)
      ml_reservation_arn              = optional(string)
    }))
    container_startup_health_check_timeout_in_seconds = optional(number)
    core_dump_config = optional(object({
      destination_s3_uri = string
      kms_key_id         = optional(string)
    }))
    enable_ssm_access      = optional(bool)
    inference_ami_version  = optional(string)
    initial_instance_count = optional(number)
    initial_variant_weight = optional(number)
    instance_pools = optional(list(object({
      instance_type       = string
      model_name_override = optional(string)
      priority            = number
    })))
    instance_type = optional(string)
    managed_instance_scaling = optional(object({
      max_instance_count = optional(number)
      min_instance_count = optional(number)
      scale_in_policy = optional(object({
        cooldown_in_minutes = optional(number)
        maximum_step_size   = optional(number)
        strategy            = string
      }))
      status = optional(string)
    }))
    model_data_download_timeout_in_seconds = optional(number)
    model_name                             = optional(string)
    routing_config = optional(object({
      prefix_aware_routing_config = optional(object({
        concurrency_threshold = optional(number)
        prefix_length         = optional(number)
      }))
      routing_strategy = string
    }))
    serverless_config = optional(object({
      max_concurrency         = number
      memory_size_in_mb       = number
      provisioned_concurrency = optional(number)
    }))
    variant_instance_provision_timeout_in_seconds = optional(number)
    variant_name                                  = string
    volume_size_in_gb                             = optional(number)
  }))
  nullable = false
}

variable "retain_all_variant_properties" {
  description = "RetainAllVariantProperties of UpdateEndpoint."
  type        = bool
  default     = null
}

variable "retain_deployment_config" {
  description = "RetainDeploymentConfig of UpdateEndpoint."
  type        = bool
  default     = null
}

variable "shadow_production_variants" {
  description = "ShadowProductionVariants of CreateEndpointConfig. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html 1 to 10 items."
  type = list(object({
    accelerator_partition_layouts = optional(list(object({
      accelerator_partition_types = optional(list(string))
    })))
    accelerator_type = optional(string)
    capacity_reservation_config = optional(object({
      capacity_reservation_preference = optional(string)
      ml_reservation_arn              = optional(string)
    }))
    container_startup_health_check_timeout_in_seconds = optional(number)
    core_dump_config = optional(object({
      destination_s3_uri = string
      kms_key_id         = optional(string)
    }))
    enable_ssm_access      = optional(bool)
    inference_ami_version  = optional(string)
    initial_instance_count = optional(number)
    initial_variant_weight = optional(number)
    instance_pools = optional(list(object({
      instance_type       = string
      model_name_override = optional(string)
      priority            = number
    })))
    instance_type = optional(string)
    managed_instance_scaling = optional(object({
      max_instance_count = optional(number)
      min_instance_count = optional(number)
      scale_in_policy = optional(object({
        cooldown_in_minutes = optional(number)
        maximum_step_size   = optional(number)
        strategy            = string
      }))
      status = optional(string)
    }))
    model_data_download_timeout_in_seconds = optional(number)
    model_name                             = optional(string)
    routing_config = optional(object({
      prefix_aware_routing_config = optional(object({
        concurrency_threshold = optional(number)
        prefix_length         = optional(number)
      }))
      routing_strategy = string
    }))
    serverless_config = optional(object({
      max_concurrency         = number
      memory_size_in_mb       = number
      provisioned_concurrency = optional(number)
    }))
    variant_instance_provision_timeout_in_seconds = optional(number)
    variant_name                                  = string
    volume_size_in_gb                             = optional(number)
  }))
  default = null
}

variable "unused_gpu_alarm" {
  description = "Fires when GPUs run that no model holds."
  type = object({
    actions_enabled           = optional(bool)
    alarm_actions             = optional(list(string))
    alarm_description         = optional(string)
    alarm_name                = optional(string)
    comparison_operator       = optional(string)
    datapoints_to_alarm       = optional(number)
    enabled                   = optional(bool)
    evaluation_periods        = optional(number)
    insufficient_data_actions = optional(list(string))
    ok_actions                = optional(list(string))
    period                    = optional(number)
    source                    = optional(string)
    threshold                 = optional(number)
    time_zone                 = optional(string)
    treat_missing_data        = optional(string)
  })
  default = null
}

variable "variants" {
  description = "What differs by variant: GPUs, price, how the model is called."
  type = list(object({
    cost_per_hour     = optional(string)
    gpus_per_instance = optional(number)
    model_mode        = optional(string)
    variant_name      = string
  }))
  default = null
}

variable "vpc_config" {
  description = "VpcConfig of CreateEndpointConfig. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html"
  type = object({
    security_group_ids = list(string)
    subnets            = list(string)
  })
  default = null
}
