// Written by `make bindings` from docs/properties.schema.json and data/*.csv. Don't edit it here.

import { IResolvable } from 'aws-cdk-lib';
import { CostPerHour } from '../cost-per-hour';
import { ProviderProps, RoleProps } from '../monitored-resource';
import { GpuDimension } from './enums';
import {
  AlarmOptions,
  AlarmTagsPropagationOptions,
  AsyncInferenceConfig,
  DashboardOptions,
  DataCaptureConfig,
  DeploymentConfig,
  ExplainerConfig,
  InferenceComponentOptions,
  InstancePriceOptions,
  MetricsConfig,
  ProductionVariant,
  UnallocatedCostAlarmOptions,
  VariantOptions,
  VariantProperty,
  VpcConfig,
} from './structures';

/** Properties of `Custom::EndpointFleet`. */
export interface EndpointFleetProps extends ProviderProps {
  /**
   * Whether actions are taken, for every alarm that doesn't say so itself. `false` keeps alarms and their states and tells
   * nobody.
   *
   * @default true
   */
  readonly actionsEnabled?: boolean | IResolvable;

  /**
   * Take over a dashboard or metric alarm of the same name that this resource didn't make. From then on it belongs to this
   * resource.
   *
   * @default false
   */
  readonly adoptExisting?: boolean | IResolvable;

  /** Actions on going to ALARM, for every alarm without actions of its own. At most 5 items. */
  readonly alarmActions?: string[];

  /** Whether every alarm's tags, your `Tags` and ours, go with its notifications to SNS, Lambda and EventBridge, to route them by. */
  readonly alarmTagsPropagation?: AlarmTagsPropagationOptions;

  /** The dashboard. */
  readonly dashboard?: DashboardOptions;

  /** Names of endpoints to leave out of the interactive panel and of the alarm. Graphs show them all the same. */
  readonly excludeEndpoints?: string[];

  /**
   * Whether the interactive panel shows what linked accounts publish too, where this account is a monitoring account of
   * CloudWatch's cross-account observability.
   *
   * @default false
   */
  readonly includeLinkedAccounts?: boolean | IResolvable;

  /** What an instance-hour costs you, by instance type. */
  readonly instancePrices?: InstancePriceOptions[];

  /** The same for `INSUFFICIENT_DATA`. At most 5 items. */
  readonly insufficientDataActions?: string[];

  /**
   * Mask the attributes in CloudFormation, and quote no value in a `Reason`. Names of what is made are still logged.
   *
   * @default false
   */
  readonly noEcho?: boolean | IResolvable;

  /** The same for OK. At most 5 items. */
  readonly okActions?: string[];

  /** Fires when GPUs that no model holds cost more than `Threshold` dollars an hour, all endpoints together. */
  readonly unallocatedCostAlarm?: UnallocatedCostAlarmOptions;
}

/** Properties of `Custom::EndpointMonitoring`. */
export interface EndpointMonitoringProps extends ProviderProps {
  /**
   * Whether actions are taken, for every alarm that doesn't say so itself. `false` keeps alarms and their states and tells
   * nobody.
   *
   * @default true
   */
  readonly actionsEnabled?: boolean | IResolvable;

  /**
   * Take over a dashboard or metric alarm of the same name that this resource didn't make. From then on it belongs to this
   * resource.
   *
   * @default false
   */
  readonly adoptExisting?: boolean | IResolvable;

  /** Actions on going to ALARM, for every alarm without actions of its own. At most 5 items. */
  readonly alarmActions?: string[];

  /** Whether every alarm's tags, your `Tags` and ours, go with its notifications to SNS, Lambda and EventBridge, to route them by. */
  readonly alarmTagsPropagation?: AlarmTagsPropagationOptions;

  /** The API's `AsyncInferenceConfig`. */
  readonly asyncInferenceConfig?: AsyncInferenceConfig;

  /** Fires when requests wait too long in an asynchronous endpoint's queue. */
  readonly backlogAlarm?: AlarmOptions;

  /** Fires when the instances cost more dollars in a day than they may. Needs a price. */
  readonly budgetAlarm?: AlarmOptions;

  /** Dollars per instance-hour, or `Auto` for the Region's on-demand list price. At most 100000. */
  readonly costPerHour?: CostPerHour;

  /** The dashboard. */
  readonly dashboard?: DashboardOptions;

  /** Name of the endpoint: 1 to 63 letters, digits and hyphens, with a letter or digit at both ends. */
  readonly endpointName: string;

  /** Fires when too many requests to a model or variant end in 5xx. */
  readonly errorRateAlarm?: AlarmOptions;

  /**
   * Fires when streamed answers of a model or variant begin too late: p99 of `FirstChunkLatency` in milliseconds. AWS documents
   * it for variants with a model of their own, not for inference components.
   */
  readonly firstChunkLatencyAlarm?: AlarmOptions;

  /** Fires when too few GPUs are left to scale a model or to place another. */
  readonly gpuBufferAlarm?: AlarmOptions;

  /**
   * The metric dimension that identifies a GPU. `Auto` takes the one that CloudWatch lists, and both while it lists neither.
   *
   * @default Auto
   */
  readonly gpuDimension?: GpuDimension;

  /** GPUs of one instance. Ignored for types without GPUs. 1 to 64. */
  readonly gpusPerInstance?: number;

  /** Fires when models hold GPUs and hardly use them. */
  readonly idleGpuAlarm?: AlarmOptions;

  /** Models to show by name. */
  readonly inferenceComponents?: InferenceComponentOptions[];

  /** The same for `INSUFFICIENT_DATA`. At most 5 items. */
  readonly insufficientDataActions?: string[];

  /** Fires when requests to a model or variant take too long: p99 of `ModelLatency` in milliseconds. */
  readonly latencyAlarm?: AlarmOptions;

  /** The API's `MetricsConfig`. */
  readonly metricsConfig?: MetricsConfig;

  /** Fires when a model is called that has no copy. */
  readonly noCapacityAlarm?: AlarmOptions;

  /**
   * Mask the attributes in CloudFormation, and quote no value in a `Reason`. Names of what is made are still logged.
   *
   * @default false
   */
  readonly noEcho?: boolean | IResolvable;

  /** Fires when instances run and nobody calls. */
  readonly noTrafficAlarm?: AlarmOptions;

  /** The same for OK. At most 5 items. */
  readonly okActions?: string[];

  /** The API's `ProductionVariants`. 1 to 10 items. */
  readonly productionVariants?: ProductionVariant[];

  /** The API's `ShadowProductionVariants`. 1 to 10 items. */
  readonly shadowProductionVariants?: ProductionVariant[];

  /** Fires when GPUs run that no model holds. */
  readonly unusedGpuAlarm?: AlarmOptions;

  /** What differs by variant: GPUs, price, how the model is called. */
  readonly variants?: VariantOptions[];
}

/** Properties of `Custom::MonitoredEndpoint`. */
export interface MonitoredEndpointProps extends RoleProps {
  /**
   * Whether actions are taken, for every alarm that doesn't say so itself. `false` keeps alarms and their states and tells
   * nobody.
   *
   * @default true
   */
  readonly actionsEnabled?: boolean | IResolvable;

  /**
   * Take over a dashboard or metric alarm of the same name that this resource didn't make. From then on it belongs to this
   * resource.
   *
   * @default false
   */
  readonly adoptExisting?: boolean | IResolvable;

  /** Actions on going to ALARM, for every alarm without actions of its own. At most 5 items. */
  readonly alarmActions?: string[];

  /** Whether every alarm's tags, your `Tags` and ours, go with its notifications to SNS, Lambda and EventBridge, to route them by. */
  readonly alarmTagsPropagation?: AlarmTagsPropagationOptions;

  /** The API's `AsyncInferenceConfig`. */
  readonly asyncInferenceConfig?: AsyncInferenceConfig;

  /** Fires when requests wait too long in an asynchronous endpoint's queue. */
  readonly backlogAlarm?: AlarmOptions;

  /** Fires when the instances cost more dollars in a day than they may. Needs a price. */
  readonly budgetAlarm?: AlarmOptions;

  /** Dollars per instance-hour, or `Auto` for the Region's on-demand list price. At most 100000. */
  readonly costPerHour?: CostPerHour;

  /** The dashboard. */
  readonly dashboard?: DashboardOptions;

  /** The API's `DataCaptureConfig`. */
  readonly dataCaptureConfig?: DataCaptureConfig;

  /** The API's `DeploymentConfig`. */
  readonly deploymentConfig?: DeploymentConfig;

  /** The API's `EnableNetworkIsolation`. */
  readonly enableNetworkIsolation?: boolean | IResolvable;

  /** The API's `EndpointConfigName`. At most 63 characters. */
  readonly endpointConfigName?: string;

  /** Beginning of the config's name. A hyphen and ten hexadecimal digits follow, 63 characters in all. */
  readonly endpointConfigNamePrefix?: string;

  /** Name of the endpoint: 1 to 63 letters, digits and hyphens, with a letter or digit at both ends. */
  readonly endpointName?: string;

  /** Fires when too many requests to a model or variant end in 5xx. */
  readonly errorRateAlarm?: AlarmOptions;

  /** The API's `ExcludeRetainedVariantProperties`. At most 3 items. */
  readonly excludeRetainedVariantProperties?: VariantProperty[];

  /** The API's `ExplainerConfig`. */
  readonly explainerConfig?: ExplainerConfig;

  /**
   * Fires when streamed answers of a model or variant begin too late: p99 of `FirstChunkLatency` in milliseconds. AWS documents
   * it for variants with a model of their own, not for inference components.
   */
  readonly firstChunkLatencyAlarm?: AlarmOptions;

  /** Fires when too few GPUs are left to scale a model or to place another. */
  readonly gpuBufferAlarm?: AlarmOptions;

  /**
   * The metric dimension that identifies a GPU. `Auto` takes the one that CloudWatch lists, and both while it lists neither.
   *
   * @default Auto
   */
  readonly gpuDimension?: GpuDimension;

  /** GPUs of one instance. Ignored for types without GPUs. 1 to 64. */
  readonly gpusPerInstance?: number;

  /** Fires when models hold GPUs and hardly use them. */
  readonly idleGpuAlarm?: AlarmOptions;

  /** Models to show by name. */
  readonly inferenceComponents?: InferenceComponentOptions[];

  /** The same for `INSUFFICIENT_DATA`. At most 5 items. */
  readonly insufficientDataActions?: string[];

  /** The API's `KmsKeyId`. At most 2048 characters. */
  readonly kmsKeyId?: string;

  /** Fires when requests to a model or variant take too long: p99 of `ModelLatency` in milliseconds. */
  readonly latencyAlarm?: AlarmOptions;

  /** The API's `MetricsConfig`. */
  readonly metricsConfig?: MetricsConfig;

  /** Fires when a model is called that has no copy. */
  readonly noCapacityAlarm?: AlarmOptions;

  /**
   * Mask the attributes in CloudFormation, and quote no value in a `Reason`. Names of what is made are still logged.
   *
   * @default false
   */
  readonly noEcho?: boolean | IResolvable;

  /** Fires when instances run and nobody calls. */
  readonly noTrafficAlarm?: AlarmOptions;

  /** The same for OK. At most 5 items. */
  readonly okActions?: string[];

  /** The API's `ProductionVariants`. 1 to 10 items. */
  readonly productionVariants: ProductionVariant[];

  /** The API's `RetainAllVariantProperties`. */
  readonly retainAllVariantProperties?: boolean | IResolvable;

  /** The API's `RetainDeploymentConfig`. */
  readonly retainDeploymentConfig?: boolean | IResolvable;

  /** The API's `ShadowProductionVariants`. 1 to 10 items. */
  readonly shadowProductionVariants?: ProductionVariant[];

  /** Fires when GPUs run that no model holds. */
  readonly unusedGpuAlarm?: AlarmOptions;

  /** What differs by variant: GPUs, price, how the model is called. */
  readonly variants?: VariantOptions[];

  /** The API's `VpcConfig`. */
  readonly vpcConfig?: VpcConfig;
}

/** Properties of `Custom::MonitoredEndpointConfig`. */
export interface MonitoredEndpointConfigProps extends RoleProps {
  /**
   * Whether actions are taken, for every alarm that doesn't say so itself. `false` keeps alarms and their states and tells
   * nobody.
   *
   * @default true
   */
  readonly actionsEnabled?: boolean | IResolvable;

  /**
   * Take over a dashboard or metric alarm of the same name that this resource didn't make. From then on it belongs to this
   * resource.
   *
   * @default false
   */
  readonly adoptExisting?: boolean | IResolvable;

  /** Actions on going to ALARM, for every alarm without actions of its own. At most 5 items. */
  readonly alarmActions?: string[];

  /** Whether every alarm's tags, your `Tags` and ours, go with its notifications to SNS, Lambda and EventBridge, to route them by. */
  readonly alarmTagsPropagation?: AlarmTagsPropagationOptions;

  /** The API's `AsyncInferenceConfig`. */
  readonly asyncInferenceConfig?: AsyncInferenceConfig;

  /** Fires when requests wait too long in an asynchronous endpoint's queue. */
  readonly backlogAlarm?: AlarmOptions;

  /** Fires when the instances cost more dollars in a day than they may. Needs a price. */
  readonly budgetAlarm?: AlarmOptions;

  /** Dollars per instance-hour, or `Auto` for the Region's on-demand list price. At most 100000. */
  readonly costPerHour?: CostPerHour;

  /** The dashboard. */
  readonly dashboard?: DashboardOptions;

  /** The API's `DataCaptureConfig`. */
  readonly dataCaptureConfig?: DataCaptureConfig;

  /** The API's `EnableNetworkIsolation`. */
  readonly enableNetworkIsolation?: boolean | IResolvable;

  /** The API's `EndpointConfigName`. At most 63 characters. */
  readonly endpointConfigName?: string;

  /** Beginning of the config's name. A hyphen and ten hexadecimal digits follow, 63 characters in all. */
  readonly endpointConfigNamePrefix?: string;

  /** Name of the endpoint: 1 to 63 letters, digits and hyphens, with a letter or digit at both ends. */
  readonly endpointName: string;

  /** Fires when too many requests to a model or variant end in 5xx. */
  readonly errorRateAlarm?: AlarmOptions;

  /** The API's `ExplainerConfig`. */
  readonly explainerConfig?: ExplainerConfig;

  /**
   * Fires when streamed answers of a model or variant begin too late: p99 of `FirstChunkLatency` in milliseconds. AWS documents
   * it for variants with a model of their own, not for inference components.
   */
  readonly firstChunkLatencyAlarm?: AlarmOptions;

  /** Fires when too few GPUs are left to scale a model or to place another. */
  readonly gpuBufferAlarm?: AlarmOptions;

  /**
   * The metric dimension that identifies a GPU. `Auto` takes the one that CloudWatch lists, and both while it lists neither.
   *
   * @default Auto
   */
  readonly gpuDimension?: GpuDimension;

  /** GPUs of one instance. Ignored for types without GPUs. 1 to 64. */
  readonly gpusPerInstance?: number;

  /** Fires when models hold GPUs and hardly use them. */
  readonly idleGpuAlarm?: AlarmOptions;

  /** Models to show by name. */
  readonly inferenceComponents?: InferenceComponentOptions[];

  /** The same for `INSUFFICIENT_DATA`. At most 5 items. */
  readonly insufficientDataActions?: string[];

  /** The API's `KmsKeyId`. At most 2048 characters. */
  readonly kmsKeyId?: string;

  /** Fires when requests to a model or variant take too long: p99 of `ModelLatency` in milliseconds. */
  readonly latencyAlarm?: AlarmOptions;

  /** The API's `MetricsConfig`. */
  readonly metricsConfig?: MetricsConfig;

  /** Fires when a model is called that has no copy. */
  readonly noCapacityAlarm?: AlarmOptions;

  /**
   * Mask the attributes in CloudFormation, and quote no value in a `Reason`. Names of what is made are still logged.
   *
   * @default false
   */
  readonly noEcho?: boolean | IResolvable;

  /** Fires when instances run and nobody calls. */
  readonly noTrafficAlarm?: AlarmOptions;

  /** The same for OK. At most 5 items. */
  readonly okActions?: string[];

  /** The API's `ProductionVariants`. 1 to 10 items. */
  readonly productionVariants: ProductionVariant[];

  /** The API's `ShadowProductionVariants`. 1 to 10 items. */
  readonly shadowProductionVariants?: ProductionVariant[];

  /** Fires when GPUs run that no model holds. */
  readonly unusedGpuAlarm?: AlarmOptions;

  /** What differs by variant: GPUs, price, how the model is called. */
  readonly variants?: VariantOptions[];

  /** The API's `VpcConfig`. */
  readonly vpcConfig?: VpcConfig;
}
