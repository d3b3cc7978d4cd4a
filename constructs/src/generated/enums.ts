// Written by `make bindings` from docs/properties.schema.json and data/*.csv. Don't edit it here.

/** The words of `AlarmSource`. */
export enum AlarmSource {
  /** `Reservation`. */
  RESERVATION = 'Reservation',
  /** `SampleCount`. */
  SAMPLE_COUNT = 'SampleCount',
  /** `PromQL`. */
  PROM_QL = 'PromQL',
  /** `Invocations`. */
  INVOCATIONS = 'Invocations',
  /** `Insights`. */
  INSIGHTS = 'Insights',
  /** `OldestRequest`. */
  OLDEST_REQUEST = 'OldestRequest',
  /** `BacklogSize`. */
  BACKLOG_SIZE = 'BacklogSize',
  /** `InstanceSamples`. */
  INSTANCE_SAMPLES = 'InstanceSamples',
}

/** The words of `CapacityReservationPreference`. */
export enum CapacityReservationPreference {
  /** `capacity-reservations-only`. */
  CAPACITY_RESERVATIONS_ONLY = 'capacity-reservations-only',
}

/** The words of `CapacitySizeType`. */
export enum CapacitySizeType {
  /** `INSTANCE_COUNT`. */
  INSTANCE_COUNT = 'INSTANCE_COUNT',
  /** `CAPACITY_PERCENT`. */
  CAPACITY_PERCENT = 'CAPACITY_PERCENT',
}

/** The words of `CaptureMode`. */
export enum CaptureMode {
  /** `Input`. */
  INPUT = 'Input',
  /** `Output`. */
  OUTPUT = 'Output',
  /** `InputAndOutput`. */
  INPUT_AND_OUTPUT = 'InputAndOutput',
}

/** The words of `ClarifyTextConfigGranularity`. */
export enum ClarifyTextConfigGranularity {
  /** `token`. */
  TOKEN = 'token',
  /** `sentence`. */
  SENTENCE = 'sentence',
  /** `paragraph`. */
  PARAGRAPH = 'paragraph',
}

/** The words of `FeatureType`. */
export enum FeatureType {
  /** `numerical`. */
  NUMERICAL = 'numerical',
  /** `categorical`. */
  CATEGORICAL = 'categorical',
  /** `text`. */
  TEXT = 'text',
}

/** The words of `GpuDimension`. */
export enum GpuDimension {
  /** `GpuId`. */
  GPU_ID = 'GpuId',
  /** `AcceleratorId`. */
  ACCELERATOR_ID = 'AcceleratorId',
  /** `Auto`. */
  AUTO = 'Auto',
}

/** The words of `IncludeInferenceResponseIn`. */
export enum IncludeInferenceResponseIn {
  /** `SUCCESS_NOTIFICATION_TOPIC`. */
  SUCCESS_NOTIFICATION_TOPIC = 'SUCCESS_NOTIFICATION_TOPIC',
  /** `ERROR_NOTIFICATION_TOPIC`. */
  ERROR_NOTIFICATION_TOPIC = 'ERROR_NOTIFICATION_TOPIC',
}

/** The words of `ManagedInstanceScalingScaleInPolicyStrategy`. */
export enum ManagedInstanceScalingScaleInPolicyStrategy {
  /** `IDLE_RELEASE`. */
  IDLE_RELEASE = 'IDLE_RELEASE',
  /** `CONSOLIDATION`. */
  CONSOLIDATION = 'CONSOLIDATION',
}

/** The words of `ManagedInstanceScalingStatus`. */
export enum ManagedInstanceScalingStatus {
  /** `ENABLED`. */
  ENABLED = 'ENABLED',
  /** `DISABLED`. */
  DISABLED = 'DISABLED',
}

/** The words of `ModelMode`. */
export enum ModelMode {
  /** `SingleModel`. */
  SINGLE_MODEL = 'SingleModel',
  /** `MultiModel`. */
  MULTI_MODEL = 'MultiModel',
  /** `Direct`. */
  DIRECT = 'Direct',
}

/** The words of `RoutingStrategy`. */
export enum RoutingStrategy {
  /** `LEAST_OUTSTANDING_REQUESTS`. */
  LEAST_OUTSTANDING_REQUESTS = 'LEAST_OUTSTANDING_REQUESTS',
  /** `RANDOM`. */
  RANDOM = 'RANDOM',
  /** `PREFIX_AWARE`. */
  PREFIX_AWARE = 'PREFIX_AWARE',
  /** `KV_AWARE`. */
  KV_AWARE = 'KV_AWARE',
}

/** The words of `TrafficRoutingConfigType`. */
export enum TrafficRoutingConfigType {
  /** `ALL_AT_ONCE`. */
  ALL_AT_ONCE = 'ALL_AT_ONCE',
  /** `CANARY`. */
  CANARY = 'CANARY',
  /** `LINEAR`. */
  LINEAR = 'LINEAR',
}

/** The words of `VariantPropertyType`. */
export enum VariantPropertyType {
  /** `DesiredInstanceCount`. */
  DESIRED_INSTANCE_COUNT = 'DesiredInstanceCount',
  /** `DesiredWeight`. */
  DESIRED_WEIGHT = 'DesiredWeight',
  /** `DataCaptureConfig`. */
  DATA_CAPTURE_CONFIG = 'DataCaptureConfig',
}

/** The kinds of alarm that come with an endpoint. */
export enum AlarmKind {
  /** Fires when requests wait too long in an asynchronous endpoint's queue. */
  BACKLOG = 'BacklogAlarm',
  /** Fires when the instances cost more dollars in a day than they may. Needs a price. */
  BUDGET = 'BudgetAlarm',
  /** Fires when too many requests to a model or variant end in 5xx. */
  ERROR_RATE = 'ErrorRateAlarm',
  /**
   * Fires when streamed answers of a model or variant begin too late: p99 of `FirstChunkLatency` in milliseconds. AWS documents
   * it for variants with a model of their own, not for inference components.
   */
  FIRST_CHUNK_LATENCY = 'FirstChunkLatencyAlarm',
  /** Fires when too few GPUs are left to scale a model or to place another. */
  GPU_BUFFER = 'GpuBufferAlarm',
  /** Fires when models hold GPUs and hardly use them. */
  IDLE_GPU = 'IdleGpuAlarm',
  /** Fires when requests to a model or variant take too long: p99 of `ModelLatency` in milliseconds. */
  LATENCY = 'LatencyAlarm',
  /** Fires when a model is called that has no copy. */
  NO_CAPACITY = 'NoCapacityAlarm',
  /** Fires when instances run and nobody calls. */
  NO_TRAFFIC = 'NoTrafficAlarm',
  /** Fires when GPUs run that no model holds. */
  UNUSED_GPU = 'UnusedGpuAlarm',
}
