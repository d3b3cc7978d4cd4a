# Written by `make bindings` from docs/properties.schema.json and data/limits.csv. Don't edit it here.

locals {
  # What Custom::EndpointMonitoring takes. CloudFormation refuses null, so what isn't given is left out.
  properties = {
    for name, value in {
      ActionsEnabled = var.actions_enabled
      AdoptExisting  = var.adopt_existing
      AlarmActions   = var.alarm_actions
      AlarmTagsPropagation = var.alarm_tags_propagation == null ? null : {
        for name, value in {
          Enabled         = var.alarm_tags_propagation.enabled
          ExcludedTagKeys = var.alarm_tags_propagation.excluded_tag_keys
          IncludedTagKeys = var.alarm_tags_propagation.included_tag_keys
        } : name => value if value != null
      }
      AsyncInferenceConfig = var.async_inference_config == null ? null : {
        for name, value in {
          ClientConfig = var.async_inference_config.client_config == null ? null : {
            for name, value in {
              MaxConcurrentInvocationsPerInstance = var.async_inference_config.client_config.max_concurrent_invocations_per_instance
            } : name => value if value != null
          }
          OutputConfig = var.async_inference_config.output_config == null ? null : {
            for name, value in {
              KmsKeyId = var.async_inference_config.output_config.kms_key_id
              NotificationConfig = var.async_inference_config.output_config.notification_config == null ? null : {
                for name, value in {
                  ErrorTopic                 = var.async_inference_config.output_config.notification_config.error_topic
                  IncludeInferenceResponseIn = var.async_inference_config.output_config.notification_config.include_inference_response_in
                  SuccessTopic               = var.async_inference_config.output_config.notification_config.success_topic
                } : name => value if value != null
              }
              S3FailurePath = var.async_inference_config.output_config.s3_failure_path
              S3OutputPath  = var.async_inference_config.output_config.s3_output_path
            } : name => value if value != null
          }
        } : name => value if value != null
      }
      BacklogAlarm = var.backlog_alarm == null ? null : {
        for name, value in {
          ActionsEnabled          = var.backlog_alarm.actions_enabled
          AlarmActions            = var.backlog_alarm.alarm_actions
          AlarmDescription        = var.backlog_alarm.alarm_description
          AlarmName               = var.backlog_alarm.alarm_name
          ComparisonOperator      = var.backlog_alarm.comparison_operator
          DatapointsToAlarm       = var.backlog_alarm.datapoints_to_alarm
          Enabled                 = var.backlog_alarm.enabled
          EvaluationPeriods       = var.backlog_alarm.evaluation_periods
          InsufficientDataActions = var.backlog_alarm.insufficient_data_actions
          OKActions               = var.backlog_alarm.ok_actions
          Period                  = var.backlog_alarm.period
          Source                  = var.backlog_alarm.source
          Threshold               = var.backlog_alarm.threshold
          TimeZone                = var.backlog_alarm.time_zone
          TreatMissingData        = var.backlog_alarm.treat_missing_data
        } : name => value if value != null
      }
      BudgetAlarm = var.budget_alarm == null ? null : {
        for name, value in {
          ActionsEnabled          = var.budget_alarm.actions_enabled
          AlarmActions            = var.budget_alarm.alarm_actions
          AlarmDescription        = var.budget_alarm.alarm_description
          AlarmName               = var.budget_alarm.alarm_name
          ComparisonOperator      = var.budget_alarm.comparison_operator
          DatapointsToAlarm       = var.budget_alarm.datapoints_to_alarm
          Enabled                 = var.budget_alarm.enabled
          EvaluationPeriods       = var.budget_alarm.evaluation_periods
          InsufficientDataActions = var.budget_alarm.insufficient_data_actions
          OKActions               = var.budget_alarm.ok_actions
          Period                  = var.budget_alarm.period
          Source                  = var.budget_alarm.source
          Threshold               = var.budget_alarm.threshold
          TimeZone                = var.budget_alarm.time_zone
          TreatMissingData        = var.budget_alarm.treat_missing_data
        } : name => value if value != null
      }
      CostPerHour = var.cost_per_hour
      Dashboard = var.dashboard == null ? null : {
        for name, value in {
          CorrectDrift   = var.dashboard.correct_drift
          DashboardName  = var.dashboard.dashboard_name
          Enabled        = var.dashboard.enabled
          Interactive    = var.dashboard.interactive
          PeriodOverride = var.dashboard.period_override
          Start          = var.dashboard.start
        } : name => value if value != null
      }
      ErrorRateAlarm = var.error_rate_alarm == null ? null : {
        for name, value in {
          ActionsEnabled          = var.error_rate_alarm.actions_enabled
          AlarmActions            = var.error_rate_alarm.alarm_actions
          AlarmDescription        = var.error_rate_alarm.alarm_description
          AlarmName               = var.error_rate_alarm.alarm_name
          ComparisonOperator      = var.error_rate_alarm.comparison_operator
          DatapointsToAlarm       = var.error_rate_alarm.datapoints_to_alarm
          Enabled                 = var.error_rate_alarm.enabled
          EvaluationPeriods       = var.error_rate_alarm.evaluation_periods
          InsufficientDataActions = var.error_rate_alarm.insufficient_data_actions
          OKActions               = var.error_rate_alarm.ok_actions
          Period                  = var.error_rate_alarm.period
          Source                  = var.error_rate_alarm.source
          Threshold               = var.error_rate_alarm.threshold
          TimeZone                = var.error_rate_alarm.time_zone
          TreatMissingData        = var.error_rate_alarm.treat_missing_data
        } : name => value if value != null
      }
      FirstChunkLatencyAlarm = var.first_chunk_latency_alarm == null ? null : {
        for name, value in {
          ActionsEnabled          = var.first_chunk_latency_alarm.actions_enabled
          AlarmActions            = var.first_chunk_latency_alarm.alarm_actions
          AlarmDescription        = var.first_chunk_latency_alarm.alarm_description
          AlarmName               = var.first_chunk_latency_alarm.alarm_name
          ComparisonOperator      = var.first_chunk_latency_alarm.comparison_operator
          DatapointsToAlarm       = var.first_chunk_latency_alarm.datapoints_to_alarm
          Enabled                 = var.first_chunk_latency_alarm.enabled
          EvaluationPeriods       = var.first_chunk_latency_alarm.evaluation_periods
          InsufficientDataActions = var.first_chunk_latency_alarm.insufficient_data_actions
          OKActions               = var.first_chunk_latency_alarm.ok_actions
          Period                  = var.first_chunk_latency_alarm.period
          Source                  = var.first_chunk_latency_alarm.source
          Threshold               = var.first_chunk_latency_alarm.threshold
          TimeZone                = var.first_chunk_latency_alarm.time_zone
          TreatMissingData        = var.first_chunk_latency_alarm.treat_missing_data
        } : name => value if value != null
      }
      GpuBufferAlarm = var.gpu_buffer_alarm == null ? null : {
        for name, value in {
          ActionsEnabled          = var.gpu_buffer_alarm.actions_enabled
          AlarmActions            = var.gpu_buffer_alarm.alarm_actions
          AlarmDescription        = var.gpu_buffer_alarm.alarm_description
          AlarmName               = var.gpu_buffer_alarm.alarm_name
          ComparisonOperator      = var.gpu_buffer_alarm.comparison_operator
          DatapointsToAlarm       = var.gpu_buffer_alarm.datapoints_to_alarm
          Enabled                 = var.gpu_buffer_alarm.enabled
          EvaluationPeriods       = var.gpu_buffer_alarm.evaluation_periods
          InsufficientDataActions = var.gpu_buffer_alarm.insufficient_data_actions
          OKActions               = var.gpu_buffer_alarm.ok_actions
          Period                  = var.gpu_buffer_alarm.period
          Source                  = var.gpu_buffer_alarm.source
          Threshold               = var.gpu_buffer_alarm.threshold
          TimeZone                = var.gpu_buffer_alarm.time_zone
          TreatMissingData        = var.gpu_buffer_alarm.treat_missing_data
        } : name => value if value != null
      }
      GpuDimension    = var.gpu_dimension
      GpusPerInstance = var.gpus_per_instance
      IdleGpuAlarm = var.idle_gpu_alarm == null ? null : {
        for name, value in {
          ActionsEnabled          = var.idle_gpu_alarm.actions_enabled
          AlarmActions            = var.idle_gpu_alarm.alarm_actions
          AlarmDescription        = var.idle_gpu_alarm.alarm_description
          AlarmName               = var.idle_gpu_alarm.alarm_name
          ComparisonOperator      = var.idle_gpu_alarm.comparison_operator
          DatapointsToAlarm       = var.idle_gpu_alarm.datapoints_to_alarm
          Enabled                 = var.idle_gpu_alarm.enabled
          EvaluationPeriods       = var.idle_gpu_alarm.evaluation_periods
          InsufficientDataActions = var.idle_gpu_alarm.insufficient_data_actions
          OKActions               = var.idle_gpu_alarm.ok_actions
          Period                  = var.idle_gpu_alarm.period
          Source                  = var.idle_gpu_alarm.source
          Threshold               = var.idle_gpu_alarm.threshold
          TimeZone                = var.idle_gpu_alarm.time_zone
          TreatMissingData        = var.idle_gpu_alarm.treat_missing_data
        } : name => value if value != null
      }
      InferenceComponents = var.inference_components == null ? null : [
        for each1 in var.inference_components : {
          for name, value in {
            GpusPerCopy = each1.gpus_per_copy
            Label       = each1.label
            Name        = each1.name
          } : name => value if value != null
        }
      ]
      InsufficientDataActions = var.insufficient_data_actions
      LatencyAlarm = var.latency_alarm == null ? null : {
        for name, value in {
          ActionsEnabled          = var.latency_alarm.actions_enabled
          AlarmActions            = var.latency_alarm.alarm_actions
          AlarmDescription        = var.latency_alarm.alarm_description
          AlarmName               = var.latency_alarm.alarm_name
          ComparisonOperator      = var.latency_alarm.comparison_operator
          DatapointsToAlarm       = var.latency_alarm.datapoints_to_alarm
          Enabled                 = var.latency_alarm.enabled
          EvaluationPeriods       = var.latency_alarm.evaluation_periods
          InsufficientDataActions = var.latency_alarm.insufficient_data_actions
          OKActions               = var.latency_alarm.ok_actions
          Period                  = var.latency_alarm.period
          Source                  = var.latency_alarm.source
          Threshold               = var.latency_alarm.threshold
          TimeZone                = var.latency_alarm.time_zone
          TreatMissingData        = var.latency_alarm.treat_missing_data
        } : name => value if value != null
      }
      MetricsConfig = var.metrics_config == null ? null : {
        for name, value in {
          EnableDetailedObservability     = var.metrics_config.enable_detailed_observability
          EnableEnhancedMetrics           = var.metrics_config.enable_enhanced_metrics
          MetricPublishFrequencyInSeconds = var.metrics_config.metric_publish_frequency_in_seconds
        } : name => value if value != null
      }
      NoCapacityAlarm = var.no_capacity_alarm == null ? null : {
        for name, value in {
          ActionsEnabled          = var.no_capacity_alarm.actions_enabled
          AlarmActions            = var.no_capacity_alarm.alarm_actions
          AlarmDescription        = var.no_capacity_alarm.alarm_description
          AlarmName               = var.no_capacity_alarm.alarm_name
          ComparisonOperator      = var.no_capacity_alarm.comparison_operator
          DatapointsToAlarm       = var.no_capacity_alarm.datapoints_to_alarm
          Enabled                 = var.no_capacity_alarm.enabled
          EvaluationPeriods       = var.no_capacity_alarm.evaluation_periods
          InsufficientDataActions = var.no_capacity_alarm.insufficient_data_actions
          OKActions               = var.no_capacity_alarm.ok_actions
          Period                  = var.no_capacity_alarm.period
          Source                  = var.no_capacity_alarm.source
          Threshold               = var.no_capacity_alarm.threshold
          TimeZone                = var.no_capacity_alarm.time_zone
          TreatMissingData        = var.no_capacity_alarm.treat_missing_data
        } : name => value if value != null
      }
      NoEcho = var.no_echo
      NoTrafficAlarm = var.no_traffic_alarm == null ? null : {
        for name, value in {
          ActionsEnabled          = var.no_traffic_alarm.actions_enabled
          AlarmActions            = var.no_traffic_alarm.alarm_actions
          AlarmDescription        = var.no_traffic_alarm.alarm_description
          AlarmName               = var.no_traffic_alarm.alarm_name
          ComparisonOperator      = var.no_traffic_alarm.comparison_operator
          DatapointsToAlarm       = var.no_traffic_alarm.datapoints_to_alarm
          Enabled                 = var.no_traffic_alarm.enabled
          EvaluationPeriods       = var.no_traffic_alarm.evaluation_periods
          InsufficientDataActions = var.no_traffic_alarm.insufficient_data_actions
          OKActions               = var.no_traffic_alarm.ok_actions
          Period                  = var.no_traffic_alarm.period
          Source                  = var.no_traffic_alarm.source
          Threshold               = var.no_traffic_alarm.threshold
          TimeZone                = var.no_traffic_alarm.time_zone
          TreatMissingData        = var.no_traffic_alarm.treat_missing_data
        } : name => value if value != null
      }
      OKActions = var.ok_actions
      ProductionVariants = var.production_variants == null ? null : [
        for each1 in var.production_variants : {
          for name, value in {
            AcceleratorPartitionLayouts = each1.accelerator_partition_layouts == null ? null : [
              for each2 in each1.accelerator_partition_layouts : {
                for name, value in {
                  AcceleratorPartitionTypes = each2.accelerator_partition_types
                } : name => value if value != null
              }
            ]
            AcceleratorType = each1.accelerator_type
            CapacityReservationConfig = each1.capacity_reservation_config == null ? null : {
              for name, value in {
                CapacityReservationPreference = each1.capacity_reservation_config.capacity_reservation_preference
                MlReservationArn              = each1.capacity_reservation_config.ml_reservation_arn
              } : name => value if value != null
            }
            ContainerStartupHealthCheckTimeoutInSeconds = each1.container_startup_health_check_timeout_in_seconds
            CoreDumpConfig = each1.core_dump_config == null ? null : {
              for name, value in {
                DestinationS3Uri = each1.core_dump_config.destination_s3_uri
                KmsKeyId         = each1.core_dump_config.kms_key_id
              } : name => value if value != null
            }
            EnableSSMAccess      = each1.enable_ssm_access
            InferenceAmiVersion  = each1.inference_ami_version
            InitialInstanceCount = each1.initial_instance_count
            InitialVariantWeight = each1.initial_variant_weight
            InstancePools = each1.instance_pools == null ? null : [
              for each2 in each1.instance_pools : {
                for name, value in {
                  InstanceType      = each2.instance_type
                  ModelNameOverride = each2.model_name_override
                  Priority          = each2.priority
                } : name => value if value != null
              }
            ]
            InstanceType = each1.instance_type
            ManagedInstanceScaling = each1.managed_instance_scaling == null ? null : {
              for name, value in {
                MaxInstanceCount = each1.managed_instance_scaling.max_instance_count
                MinInstanceCount = each1.managed_instance_scaling.min_instance_count
                ScaleInPolicy = each1.managed_instance_scaling.scale_in_policy == null ? null : {
                  for name, value in {
                    CooldownInMinutes = each1.managed_instance_scaling.scale_in_policy.cooldown_in_minutes
                    MaximumStepSize   = each1.managed_instance_scaling.scale_in_policy.maximum_step_size
                    Strategy          = each1.managed_instance_scaling.scale_in_policy.strategy
                  } : name => value if value != null
                }
                Status = each1.managed_instance_scaling.status
              } : name => value if value != null
            }
            ModelDataDownloadTimeoutInSeconds = each1.model_data_download_timeout_in_seconds
            ModelName                         = each1.model_name
            RoutingConfig = each1.routing_config == null ? null : {
              for name, value in {
                PrefixAwareRoutingConfig = each1.routing_config.prefix_aware_routing_config == null ? null : {
                  for name, value in {
                    ConcurrencyThreshold = each1.routing_config.prefix_aware_routing_config.concurrency_threshold
                    PrefixLength         = each1.routing_config.prefix_aware_routing_config.prefix_length
                  } : name => value if value != null
                }
                RoutingStrategy = each1.routing_config.routing_strategy
              } : name => value if value != null
            }
            ServerlessConfig = each1.serverless_config == null ? null : {
              for name, value in {
                MaxConcurrency         = each1.serverless_config.max_concurrency
                MemorySizeInMB         = each1.serverless_config.memory_size_in_mb
                ProvisionedConcurrency = each1.serverless_config.provisioned_concurrency
              } : name => value if value != null
            }
            VariantInstanceProvisionTimeoutInSeconds = each1.variant_instance_provision_timeout_in_seconds
            VariantName                              = each1.variant_name
            VolumeSizeInGB                           = each1.volume_size_in_gb
          } : name => value if value != null
        }
      ]
      ShadowProductionVariants = var.shadow_production_variants == null ? null : [
        for each1 in var.shadow_production_variants : {
          for name, value in {
            AcceleratorPartitionLayouts = each1.accelerator_partition_layouts == null ? null : [
              for each2 in each1.accelerator_partition_layouts : {
                for name, value in {
                  AcceleratorPartitionTypes = each2.accelerator_partition_types
                } : name => value if value != null
              }
            ]
            AcceleratorType = each1.accelerator_type
            CapacityReservationConfig = each1.capacity_reservation_config == null ? null : {
              for name, value in {
                CapacityReservationPreference = each1.capacity_reservation_config.capacity_reservation_preference
                MlReservationArn              = each1.capacity_reservation_config.ml_reservation_arn
              } : name => value if value != null
            }
            ContainerStartupHealthCheckTimeoutInSeconds = each1.container_startup_health_check_timeout_in_seconds
            CoreDumpConfig = each1.core_dump_config == null ? null : {
              for name, value in {
                DestinationS3Uri = each1.core_dump_config.destination_s3_uri
                KmsKeyId         = each1.core_dump_config.kms_key_id
              } : name => value if value != null
            }
            EnableSSMAccess      = each1.enable_ssm_access
            InferenceAmiVersion  = each1.inference_ami_version
            InitialInstanceCount = each1.initial_instance_count
            InitialVariantWeight = each1.initial_variant_weight
            InstancePools = each1.instance_pools == null ? null : [
              for each2 in each1.instance_pools : {
                for name, value in {
                  InstanceType      = each2.instance_type
                  ModelNameOverride = each2.model_name_override
                  Priority          = each2.priority
                } : name => value if value != null
              }
            ]
            InstanceType = each1.instance_type
            ManagedInstanceScaling = each1.managed_instance_scaling == null ? null : {
              for name, value in {
                MaxInstanceCount = each1.managed_instance_scaling.max_instance_count
                MinInstanceCount = each1.managed_instance_scaling.min_instance_count
                ScaleInPolicy = each1.managed_instance_scaling.scale_in_policy == null ? null : {
                  for name, value in {
                    CooldownInMinutes = each1.managed_instance_scaling.scale_in_policy.cooldown_in_minutes
                    MaximumStepSize   = each1.managed_instance_scaling.scale_in_policy.maximum_step_size
                    Strategy          = each1.managed_instance_scaling.scale_in_policy.strategy
                  } : name => value if value != null
                }
                Status = each1.managed_instance_scaling.status
              } : name => value if value != null
            }
            ModelDataDownloadTimeoutInSeconds = each1.model_data_download_timeout_in_seconds
            ModelName                         = each1.model_name
            RoutingConfig = each1.routing_config == null ? null : {
              for name, value in {
                PrefixAwareRoutingConfig = each1.routing_config.prefix_aware_routing_config == null ? null : {
                  for name, value in {
                    ConcurrencyThreshold = each1.routing_config.prefix_aware_routing_config.concurrency_threshold
                    PrefixLength         = each1.routing_config.prefix_aware_routing_config.prefix_length
                  } : name => value if value != null
                }
                RoutingStrategy = each1.routing_config.routing_strategy
              } : name => value if value != null
            }
            ServerlessConfig = each1.serverless_config == null ? null : {
              for name, value in {
                MaxConcurrency         = each1.serverless_config.max_concurrency
                MemorySizeInMB         = each1.serverless_config.memory_size_in_mb
                ProvisionedConcurrency = each1.serverless_config.provisioned_concurrency
              } : name => value if value != null
            }
            VariantInstanceProvisionTimeoutInSeconds = each1.variant_instance_provision_timeout_in_seconds
            VariantName                              = each1.variant_name
            VolumeSizeInGB                           = each1.volume_size_in_gb
          } : name => value if value != null
        }
      ]
      UnusedGpuAlarm = var.unused_gpu_alarm == null ? null : {
        for name, value in {
          ActionsEnabled          = var.unused_gpu_alarm.actions_enabled
          AlarmActions            = var.unused_gpu_alarm.alarm_actions
          AlarmDescription        = var.unused_gpu_alarm.alarm_description
          AlarmName               = var.unused_gpu_alarm.alarm_name
          ComparisonOperator      = var.unused_gpu_alarm.comparison_operator
          DatapointsToAlarm       = var.unused_gpu_alarm.datapoints_to_alarm
          Enabled                 = var.unused_gpu_alarm.enabled
          EvaluationPeriods       = var.unused_gpu_alarm.evaluation_periods
          InsufficientDataActions = var.unused_gpu_alarm.insufficient_data_actions
          OKActions               = var.unused_gpu_alarm.ok_actions
          Period                  = var.unused_gpu_alarm.period
          Source                  = var.unused_gpu_alarm.source
          Threshold               = var.unused_gpu_alarm.threshold
          TimeZone                = var.unused_gpu_alarm.time_zone
          TreatMissingData        = var.unused_gpu_alarm.treat_missing_data
        } : name => value if value != null
      }
      Variants = var.variants == null ? null : [
        for each1 in var.variants : {
          for name, value in {
            CostPerHour     = each1.cost_per_hour
            GpusPerInstance = each1.gpus_per_instance
            ModelMode       = each1.model_mode
            VariantName     = each1.variant_name
          } : name => value if value != null
        }
      ]
    } : name => value if value != null
  }

  # Kinds of alarm that are declared and not switched off.
  declared_alarms = toset([
    for kind, alarm in {
      BacklogAlarm           = var.backlog_alarm
      BudgetAlarm            = var.budget_alarm
      ErrorRateAlarm         = var.error_rate_alarm
      FirstChunkLatencyAlarm = var.first_chunk_latency_alarm
      GpuBufferAlarm         = var.gpu_buffer_alarm
      IdleGpuAlarm           = var.idle_gpu_alarm
      LatencyAlarm           = var.latency_alarm
      NoCapacityAlarm        = var.no_capacity_alarm
      NoTrafficAlarm         = var.no_traffic_alarm
      UnusedGpuAlarm         = var.unused_gpu_alarm
    } : kind if alarm != null && try(alarm.enabled, true) != false
  ])
}
