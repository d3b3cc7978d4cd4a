// Written by `make bindings` from docs/properties.schema.json and data/*.csv. Don't edit it here.

import { Duration, IResolvable } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { CostPerHour } from '../cost-per-hour';
import {
  AlarmSource,
  CapacityReservationPreference,
  CapacitySizeType,
  CaptureMode,
  ClarifyTextConfigGranularity,
  FeatureType,
  IncludeInferenceResponseIn,
  ManagedInstanceScalingScaleInPolicyStrategy,
  ManagedInstanceScalingStatus,
  ModelMode,
  RoutingStrategy,
  TrafficRoutingConfigType,
  VariantPropertyType,
} from './enums';

/**
 * The API's `AcceleratorPartitionLayout`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AcceleratorPartitionLayout.html
 */
export interface AcceleratorPartitionLayout {
  /** The API's `AcceleratorPartitionTypes`. At most 32 items. */
  readonly acceleratorPartitionTypes?: string[];
}

/**
 * The API's `Alarm`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Alarm.html
 */
export interface Alarm {
  /** The API's `AlarmName`. 1 to 255 characters. */
  readonly alarmName?: string;
}

/** An alarm. Each kind has its own defaults, so that most need nothing. */
export interface AlarmOptions {
  /** Whether actions are taken. */
  readonly actionsEnabled?: boolean | IResolvable;

  /** Actions on going to ALARM. At most 5 items. */
  readonly alarmActions?: string[];

  /** Your own words. They come before ours, which say what is wrong, what it costs and what to do first. */
  readonly alarmDescription?: string;

  /** 1 to 255 printable characters. */
  readonly alarmName?: string;

  /** How it is compared. */
  readonly comparisonOperator?: cloudwatch.ComparisonOperator;

  /** How many of these must breach. 1 to 10080. */
  readonly datapointsToAlarm?: number;

  /**
   * `false` makes no alarm.
   *
   * @default true
   */
  readonly enabled?: boolean | IResolvable;

  /** How many datapoints are evaluated: at most one day of them, or seven days with a `Period` of an hour or more. 1 to 10080. */
  readonly evaluationPeriods?: number;

  /** The same for `INSUFFICIENT_DATA`. At most 5 items. */
  readonly insufficientDataActions?: string[];

  /** The same for OK. At most 5 items. */
  readonly okActions?: string[];

  /**
   * Seconds of one datapoint: 10, 20, 30 or a multiple of 60, not shorter than the publish frequency. Where samples are counted,
   * a multiple of it.
   */
  readonly period?: Duration;

  /** What the alarm reads. Each kind of alarm takes the ones listed below. */
  readonly source?: AlarmSource;

  /** What the measured value is compared with. */
  readonly threshold?: number;

  /** Time zone of the days that a `BudgetAlarm` adds up: a name such as `Europe/Berlin`, or an offset such as `+02:00`. */
  readonly timeZone?: string;

  /**
   * What a missing datapoint counts as. An endpoint that is scaled to zero has none.
   *
   * @default notBreaching
   */
  readonly treatMissingData?: cloudwatch.TreatMissingData;
}

/** What stands in `AlarmTagsPropagation`. */
export interface AlarmTagsPropagationOptions {
  /**
   * `false` leaves the tags out.
   *
   * @default true
   */
  readonly enabled?: boolean | IResolvable;

  /** Keys of the tags that don't, 1 to 50. */
  readonly excludedTagKeys?: string[];

  /** Keys of the tags that go along, 1 to 50; can't be combined with `ExcludedTagKeys`. */
  readonly includedTagKeys?: string[];
}

/**
 * The API's `AsyncInferenceClientConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AsyncInferenceClientConfig.html
 */
export interface AsyncInferenceClientConfig {
  /** The API's `MaxConcurrentInvocationsPerInstance`. 1 to 1000. */
  readonly maxConcurrentInvocationsPerInstance?: number;
}

/**
 * The API's `AsyncInferenceConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AsyncInferenceConfig.html
 */
export interface AsyncInferenceConfig {
  /** The API's `ClientConfig`. */
  readonly clientConfig?: AsyncInferenceClientConfig;

  /** The API's `OutputConfig`. */
  readonly outputConfig: AsyncInferenceOutputConfig;
}

/**
 * The API's `AsyncInferenceNotificationConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AsyncInferenceNotificationConfig.html
 */
export interface AsyncInferenceNotificationConfig {
  /** The API's `ErrorTopic`. At most 2048 characters. */
  readonly errorTopic?: string;

  /** The API's `IncludeInferenceResponseIn`. At most 2 items. */
  readonly includeInferenceResponseIn?: IncludeInferenceResponseIn[];

  /** The API's `SuccessTopic`. At most 2048 characters. */
  readonly successTopic?: string;
}

/**
 * The API's `AsyncInferenceOutputConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AsyncInferenceOutputConfig.html
 */
export interface AsyncInferenceOutputConfig {
  /** The API's `KmsKeyId`. At most 2048 characters. */
  readonly kmsKeyId?: string;

  /** The API's `NotificationConfig`. */
  readonly notificationConfig?: AsyncInferenceNotificationConfig;

  /** The API's `S3FailurePath`. At most 512 characters. */
  readonly s3FailurePath?: string;

  /** The API's `S3OutputPath`. At most 512 characters. */
  readonly s3OutputPath?: string;
}

/**
 * The API's `AutoRollbackConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AutoRollbackConfig.html
 */
export interface AutoRollbackConfig {
  /** The API's `Alarms`. 1 to 10 items. */
  readonly alarms?: Alarm[];
}

/**
 * The API's `BlueGreenUpdatePolicy`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_BlueGreenUpdatePolicy.html
 */
export interface BlueGreenUpdatePolicy {
  /** The API's `MaximumExecutionTimeoutInSeconds`. 600 to 28800. */
  readonly maximumExecutionTimeoutInSeconds?: number;

  /** The API's `TerminationWaitInSeconds`. 0 to 3600. */
  readonly terminationWaitInSeconds?: number;

  /** The API's `TrafficRoutingConfiguration`. */
  readonly trafficRoutingConfiguration: TrafficRoutingConfig;
}

/**
 * The API's `CapacitySize`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CapacitySize.html
 */
export interface CapacitySize {
  /** The API's `Type`. */
  readonly type: CapacitySizeType;

  /** The API's `Value`. 1 or more. */
  readonly value: number;
}

/**
 * The API's `CaptureContentTypeHeader`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CaptureContentTypeHeader.html
 */
export interface CaptureContentTypeHeader {
  /** The API's `CsvContentTypes`. 1 to 10 items. */
  readonly csvContentTypes?: string[];

  /** The API's `JsonContentTypes`. 1 to 10 items. */
  readonly jsonContentTypes?: string[];
}

/**
 * The API's `CaptureOption`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CaptureOption.html
 */
export interface CaptureOption {
  /** The API's `CaptureMode`. */
  readonly captureMode: CaptureMode;
}

/**
 * The API's `ClarifyExplainerConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClarifyExplainerConfig.html
 */
export interface ClarifyExplainerConfig {
  /** The API's `EnableExplanations`. 1 to 64 characters. */
  readonly enableExplanations?: string;

  /** The API's `InferenceConfig`. */
  readonly inferenceConfig?: ClarifyInferenceConfig;

  /** The API's `ShapConfig`. */
  readonly shapConfig: ClarifyShapConfig;
}

/**
 * The API's `ClarifyInferenceConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClarifyInferenceConfig.html
 */
export interface ClarifyInferenceConfig {
  /** The API's `ContentTemplate`. 1 to 64 characters. */
  readonly contentTemplate?: string;

  /** The API's `FeatureHeaders`. 1 to 256 items. */
  readonly featureHeaders?: string[];

  /** The API's `FeatureTypes`. 1 to 256 items. */
  readonly featureTypes?: FeatureType[];

  /** The API's `FeaturesAttribute`. 1 to 64 characters. */
  readonly featuresAttribute?: string;

  /** The API's `LabelAttribute`. 1 to 64 characters. */
  readonly labelAttribute?: string;

  /** The API's `LabelHeaders`. 1 to 16 items. */
  readonly labelHeaders?: string[];

  /** The API's `LabelIndex`. 0 or more. */
  readonly labelIndex?: number;

  /** The API's `MaxPayloadInMB`. 1 to 25. */
  readonly maxPayloadInMb?: number;

  /** The API's `MaxRecordCount`. 1 or more. */
  readonly maxRecordCount?: number;

  /** The API's `ProbabilityAttribute`. 1 to 64 characters. */
  readonly probabilityAttribute?: string;

  /** The API's `ProbabilityIndex`. 0 or more. */
  readonly probabilityIndex?: number;
}

/**
 * The API's `ClarifyShapBaselineConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClarifyShapBaselineConfig.html
 */
export interface ClarifyShapBaselineConfig {
  /** The API's `MimeType`. At most 255 characters. */
  readonly mimeType?: string;

  /** The API's `ShapBaseline`. 1 to 4096 characters. */
  readonly shapBaseline?: string;

  /** The API's `ShapBaselineUri`. At most 1024 characters. */
  readonly shapBaselineUri?: string;
}

/**
 * The API's `ClarifyShapConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClarifyShapConfig.html
 */
export interface ClarifyShapConfig {
  /** The API's `NumberOfSamples`. 1 or more. */
  readonly numberOfSamples?: number;

  /** The API's `Seed`. */
  readonly seed?: number;

  /** The API's `ShapBaselineConfig`. */
  readonly shapBaselineConfig: ClarifyShapBaselineConfig;

  /** The API's `TextConfig`. */
  readonly textConfig?: ClarifyTextConfig;

  /** The API's `UseLogit`. */
  readonly useLogit?: boolean | IResolvable;
}

/**
 * The API's `ClarifyTextConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClarifyTextConfig.html
 */
export interface ClarifyTextConfig {
  /** The API's `Granularity`. */
  readonly granularity: ClarifyTextConfigGranularity;

  /**
   * The API's `Language`. One of `af`, `sq`, `ar`, `hy`, `eu`, `bn`, `bg`, `ca`, `zh`, `hr`, `cs`, `da`, `nl`, `en`, `et`, `fi`,
   * `fr`, `de`, `el`, `gu`, `he`, `hi`, `hu`, `is`, `id`, `ga`, `it`, `kn`, `ky`, `lv`, `lt`, `lb`, `mk`, `ml`, `mr`, `ne`, `nb`,
   * `fa`, `pl`, `pt`, `ro`, `ru`, `sa`, `sr`, `tn`, `si`, `sk`, `sl`, `es`, `sv`, `tl`, `ta`, `tt`, `te`, `tr`, `uk`, `ur`, `yo`,
   * `lij`, `xx`.
   */
  readonly language: string;
}

/** What stands in `Dashboard`. */
export interface DashboardOptions {
  /**
   * Whether what somebody changes by hand on the dashboard or the alarms is put right, or made again where it was deleted. It
   * takes a provider stack with `KeepMonitoring`.
   *
   * @default false
   */
  readonly correctDrift?: boolean | IResolvable;

  /** 1 to 255 letters, digits, hyphens and underscores. */
  readonly dashboardName?: string;

  /**
   * `false` makes no dashboard.
   *
   * @default true
   */
  readonly enabled?: boolean | IResolvable;

  /** Whether the dashboard has interactive panels. */
  readonly interactive?: boolean | IResolvable;

  /** `auto`: periods follow the shown time range. `inherit`: each panel keeps its own. */
  readonly periodOverride?: cloudwatch.PeriodOverride;

  /**
   * Beginning of the shown time range: a duration such as `-PT12H`, or a time.
   *
   * @default -PT3H
   */
  readonly start?: string;
}

/**
 * The API's `DataCaptureConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfig.html
 */
export interface DataCaptureConfig {
  /** The API's `CaptureContentTypeHeader`. */
  readonly captureContentTypeHeader?: CaptureContentTypeHeader;

  /** The API's `CaptureOptions`. 1 to 32 items. */
  readonly captureOptions: CaptureOption[];

  /** The API's `DestinationS3Uri`. At most 512 characters. */
  readonly destinationS3Uri: string;

  /** The API's `EnableCapture`. */
  readonly enableCapture?: boolean | IResolvable;

  /** The API's `InitialSamplingPercentage`. 0 to 100. */
  readonly initialSamplingPercentage: number;

  /** The API's `KmsKeyId`. At most 2048 characters. */
  readonly kmsKeyId?: string;
}

/**
 * The API's `DeploymentConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeploymentConfig.html
 */
export interface DeploymentConfig {
  /** The API's `AutoRollbackConfiguration`. */
  readonly autoRollbackConfiguration?: AutoRollbackConfig;

  /** The API's `BlueGreenUpdatePolicy`. */
  readonly blueGreenUpdatePolicy?: BlueGreenUpdatePolicy;

  /** The API's `RollingUpdatePolicy`. */
  readonly rollingUpdatePolicy?: RollingUpdatePolicy;
}

/**
 * The API's `ExplainerConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ExplainerConfig.html
 */
export interface ExplainerConfig {
  /** The API's `ClarifyExplainerConfig`. */
  readonly clarifyExplainerConfig?: ClarifyExplainerConfig;
}

/** What stands in `InferenceComponents`. */
export interface InferenceComponentOptions {
  /** GPUs of one copy, no more than an instance has. 1 to 64. */
  readonly gpusPerCopy?: number;

  /** Its name on panels. */
  readonly label?: string;

  /** Name of the inference component. */
  readonly name: string;
}

/**
 * The API's `InstancePool`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InstancePool.html
 */
export interface InstancePool {
  /** The API's `InstanceType`. */
  readonly instanceType: string;

  /** The API's `ModelNameOverride`. At most 63 characters. */
  readonly modelNameOverride?: string;

  /** The API's `Priority`. 1 to 5. */
  readonly priority: number;
}

/** What stands in `InstancePrices`. */
export interface InstancePriceOptions {
  /** Dollars per instance-hour, or `Auto` for the list price. At most 100000. */
  readonly costPerHour: CostPerHour;

  /** Such as `ml.g6.12xlarge`. */
  readonly instanceType: string;
}

/**
 * The API's `MetricsConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MetricsConfig.html
 */
export interface MetricsConfig {
  /** The API's `EnableDetailedObservability`. */
  readonly enableDetailedObservability?: boolean | IResolvable;

  /** The API's `EnableEnhancedMetrics`. */
  readonly enableEnhancedMetrics?: boolean | IResolvable;

  /** The API's `MetricPublishFrequencyInSeconds`. */
  readonly metricPublishFrequencyInSeconds?: number;
}

/**
 * The API's `PrefixAwareRoutingConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PrefixAwareRoutingConfig.html
 */
export interface PrefixAwareRoutingConfig {
  /** The API's `ConcurrencyThreshold`. 1 to 1024. */
  readonly concurrencyThreshold?: number;

  /** The API's `PrefixLength`. 1024 to 65536. */
  readonly prefixLength?: number;
}

/**
 * The API's `ProductionVariant`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html
 */
export interface ProductionVariant {
  /** The API's `AcceleratorPartitionLayouts`. 1 to 32 items. */
  readonly acceleratorPartitionLayouts?: AcceleratorPartitionLayout[];

  /**
   * The API's `AcceleratorType`. One of `ml.eia1.medium`, `ml.eia1.large`, `ml.eia1.xlarge`, `ml.eia2.medium`, `ml.eia2.large`,
   * `ml.eia2.xlarge`.
   */
  readonly acceleratorType?: string;

  /** The API's `CapacityReservationConfig`. */
  readonly capacityReservationConfig?: ProductionVariantCapacityReservationConfig;

  /** The API's `ContainerStartupHealthCheckTimeoutInSeconds`. 60 to 3600. */
  readonly containerStartupHealthCheckTimeoutInSeconds?: number;

  /** The API's `CoreDumpConfig`. */
  readonly coreDumpConfig?: ProductionVariantCoreDumpConfig;

  /** The API's `EnableSSMAccess`. */
  readonly enableSsmAccess?: boolean | IResolvable;

  /**
   * The API's `InferenceAmiVersion`. One of `al2-ami-sagemaker-inference-gpu-2`, `al2-ami-sagemaker-inference-gpu-2-1`,
   * `al2-ami-sagemaker-inference-gpu-3-1`, `al2-ami-sagemaker-inference-neuron-2`, `al2023-ami-sagemaker-inference-gpu-4-1`.
   */
  readonly inferenceAmiVersion?: string;

  /** The API's `InitialInstanceCount`. 1 or more. */
  readonly initialInstanceCount?: number;

  /** The API's `InitialVariantWeight`. 0 or more. */
  readonly initialVariantWeight?: number;

  /** The API's `InstancePools`. 1 to 5 items. */
  readonly instancePools?: InstancePool[];

  /** The API's `InstanceType`. */
  readonly instanceType?: string;

  /** The API's `ManagedInstanceScaling`. */
  readonly managedInstanceScaling?: ProductionVariantManagedInstanceScaling;

  /** The API's `ModelDataDownloadTimeoutInSeconds`. 60 to 3600. */
  readonly modelDataDownloadTimeoutInSeconds?: number;

  /** The API's `ModelName`. At most 63 characters. */
  readonly modelName?: string;

  /** The API's `RoutingConfig`. */
  readonly routingConfig?: ProductionVariantRoutingConfig;

  /** The API's `ServerlessConfig`. */
  readonly serverlessConfig?: ProductionVariantServerlessConfig;

  /** The API's `VariantInstanceProvisionTimeoutInSeconds`. 300 to 3600. */
  readonly variantInstanceProvisionTimeoutInSeconds?: number;

  /** The API's `VariantName`. At most 63 characters. */
  readonly variantName: string;

  /** The API's `VolumeSizeInGB`. 1 to 512. */
  readonly volumeSizeInGb?: number;
}

/**
 * The API's `ProductionVariantCapacityReservationConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantCapacityReservationConfig.html
 */
export interface ProductionVariantCapacityReservationConfig {
  /** The API's `CapacityReservationPreference`. */
  readonly capacityReservationPreference?: CapacityReservationPreference;

  /** The API's `MlReservationArn`. 20 to 258 characters. */
  readonly mlReservationArn?: string;
}

/**
 * The API's `ProductionVariantCoreDumpConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantCoreDumpConfig.html
 */
export interface ProductionVariantCoreDumpConfig {
  /** The API's `DestinationS3Uri`. At most 512 characters. */
  readonly destinationS3Uri: string;

  /** The API's `KmsKeyId`. At most 2048 characters. */
  readonly kmsKeyId?: string;
}

/**
 * The API's `ProductionVariantManagedInstanceScaling`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantManagedInstanceScaling.html
 */
export interface ProductionVariantManagedInstanceScaling {
  /** The API's `MaxInstanceCount`. 1 or more. */
  readonly maxInstanceCount?: number;

  /** The API's `MinInstanceCount`. 0 or more. */
  readonly minInstanceCount?: number;

  /** The API's `ScaleInPolicy`. */
  readonly scaleInPolicy?: ProductionVariantManagedInstanceScalingScaleInPolicy;

  /** The API's `Status`. */
  readonly status?: ManagedInstanceScalingStatus;
}

/**
 * The API's `ProductionVariantManagedInstanceScalingScaleInPolicy`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantManagedInstanceScalingScaleInPolicy.html
 */
export interface ProductionVariantManagedInstanceScalingScaleInPolicy {
  /** The API's `CooldownInMinutes`. 5 to 1440. */
  readonly cooldownInMinutes?: number;

  /** The API's `MaximumStepSize`. 1 to 100. */
  readonly maximumStepSize?: number;

  /** The API's `Strategy`. */
  readonly strategy: ManagedInstanceScalingScaleInPolicyStrategy;
}

/**
 * The API's `ProductionVariantRoutingConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantRoutingConfig.html
 */
export interface ProductionVariantRoutingConfig {
  /** The API's `PrefixAwareRoutingConfig`. */
  readonly prefixAwareRoutingConfig?: PrefixAwareRoutingConfig;

  /** The API's `RoutingStrategy`. */
  readonly routingStrategy: RoutingStrategy;
}

/**
 * The API's `ProductionVariantServerlessConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html
 */
export interface ProductionVariantServerlessConfig {
  /** The API's `MaxConcurrency`. 1 to 200. */
  readonly maxConcurrency: number;

  /** The API's `MemorySizeInMB`. 1024 to 6144. */
  readonly memorySizeInMb: number;

  /** The API's `ProvisionedConcurrency`. 1 to 200. */
  readonly provisionedConcurrency?: number;
}

/**
 * The API's `RollingUpdatePolicy`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_RollingUpdatePolicy.html
 */
export interface RollingUpdatePolicy {
  /** The API's `MaximumBatchSize`. */
  readonly maximumBatchSize: CapacitySize;

  /** The API's `MaximumExecutionTimeoutInSeconds`. 600 to 28800. */
  readonly maximumExecutionTimeoutInSeconds?: number;

  /** The API's `RollbackMaximumBatchSize`. */
  readonly rollbackMaximumBatchSize?: CapacitySize;

  /** The API's `WaitIntervalInSeconds`. 0 to 3600. */
  readonly waitIntervalInSeconds: number;
}

/**
 * The API's `TrafficRoutingConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TrafficRoutingConfig.html
 */
export interface TrafficRoutingConfig {
  /** The API's `CanarySize`. */
  readonly canarySize?: CapacitySize;

  /** The API's `LinearStepSize`. */
  readonly linearStepSize?: CapacitySize;

  /** The API's `Type`. */
  readonly type: TrafficRoutingConfigType;

  /** The API's `WaitIntervalInSeconds`. 0 to 3600. */
  readonly waitIntervalInSeconds: number;
}

/** What stands in `UnallocatedCostAlarm`. */
export interface UnallocatedCostAlarmOptions {
  /** Whether actions are taken. */
  readonly actionsEnabled?: boolean | IResolvable;

  /** Actions on going to ALARM. At most 5 items. */
  readonly alarmActions?: string[];

  /** Your own words. They come before ours, which say what is wrong, what it costs and what to do first. */
  readonly alarmDescription?: string;

  /** 1 to 255 printable characters. */
  readonly alarmName?: string;

  /**
   * `false` makes no alarm.
   *
   * @default true
   */
  readonly enabled?: boolean | IResolvable;

  /**
   * For how many quarters of an hour in a row it has to cost more. 1 to 96.
   *
   * @default 4
   */
  readonly evaluationPeriods?: number;

  /** The same for `INSUFFICIENT_DATA`. At most 5 items. */
  readonly insufficientDataActions?: string[];

  /** The same for OK. At most 5 items. */
  readonly okActions?: string[];

  /** Dollars per hour, more than 0. */
  readonly threshold?: number;

  /**
   * What a missing datapoint counts as. An endpoint that is scaled to zero has none.
   *
   * @default notBreaching
   */
  readonly treatMissingData?: cloudwatch.TreatMissingData;
}

/** What stands in `Variants`. */
export interface VariantOptions {
  /** Dollars per hour of one of its instances. At most 100000. */
  readonly costPerHour?: CostPerHour;

  /** GPUs of one of its instances. 1 to 64. */
  readonly gpusPerInstance?: number;

  /**
   * How its model is called, in the words of `CreateModel`: the container loads the model that a request names (`MultiModel`), or
   * a request names one of several containers (`Direct`). The dashboard shows what such models publish.
   *
   * @default SingleModel
   */
  readonly modelMode?: ModelMode;

  /** Name of the production variant. */
  readonly variantName: string;
}

/**
 * The API's `VariantProperty`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VariantProperty.html
 */
export interface VariantProperty {
  /** The API's `VariantPropertyType`. */
  readonly variantPropertyType: VariantPropertyType;
}

/**
 * The API's `VpcConfig`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html
 */
export interface VpcConfig {
  /** The API's `SecurityGroupIds`. 1 to 5 items. */
  readonly securityGroupIds: string[];

  /** The API's `Subnets`. 1 to 16 items. */
  readonly subnets: string[];
}
