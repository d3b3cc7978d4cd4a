import { ArnFormat, Duration, Lazy, Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { AlarmKind } from './generated/enums';
import { InferenceComponentOptions } from './generated/structures';
import { MonitoredResource, MonitoredResourceProps } from './monitored-resource';
import { EndpointMetrics } from './private/endpoint-metrics';
import { Fleet } from './private/fleet';
import { rendered } from './private/rendered';

/** How a metric of an endpoint is drawn. */
export interface EndpointMetricOptions {
  /**
   * Seconds of one datapoint; no shorter than the publish frequency.
   *
   * @default Duration.minutes(5)
   */
  readonly period?: Duration;

  /**
   * What it is called in graphs.
   *
   * @default - says what it is
   */
  readonly label?: string;

  /**
   * Its color in graphs, as `#rrggbb`.
   *
   * @default - CloudWatch's choice
   */
  readonly color?: string;
}

/** How used GPUs are counted. */
export enum GpuCount {
  /** What inference components have reserved (`GPUReservation`). Alarms take it, and it needs no enhanced metrics. */
  RESERVED = 'Reserved',
  /** Samples of the GPUs that copies hold, as costs are computed. It needs enhanced metrics and a SEARCH, so that no alarm takes it. */
  HELD = 'Held',
}

/** How GPUs are counted and drawn. */
export interface GpuMetricOptions extends EndpointMetricOptions {
  /**
   * How used GPUs are counted. Both give the same number once all copies run.
   *
   * @default GpuCount.RESERVED
   */
  readonly count?: GpuCount;
}

/** How a latency is drawn. */
export interface LatencyMetricOptions extends EndpointMetricOptions {
  /**
   * The statistic, such as `p50`.
   *
   * @default p99
   */
  readonly statistic?: string;
}

/** What an endpoint's resource is made of. */
export interface EndpointResourceProps extends MonitoredResourceProps {
  /**
   * Whether it makes the endpoint's config, so that the provider's defaults hold for it.
   *
   * @default true
   */
  readonly makesConfig?: boolean;

  /**
   * The role that its endpoint runs with.
   *
   * @default - none
   */
  readonly executionRole?: iam.IRole;
}

/**
 * What all resources have in common that an endpoint stands behind: attributes, alarms, permissions, and metrics with the arithmetic that
 * is right at every publish frequency, period and number of GPUs (docs/how-numbers-are-computed.md).
 */
export abstract class EndpointResource extends MonitoredResource {
  /** What InvokeEndpoint takes. */
  public abstract readonly endpointName: string;

  private readonly fleet: Fleet;

  constructor(scope: Construct, id: string, props: EndpointResourceProps) {
    const declared = { ...props.properties };
    super(scope, id, {
      ...props,
      properties: {
        ...declared,
        ExecutionRoleArn: props.executionRole?.roleArn,
        // Models may be added until the template is written.
        InferenceComponents: Lazy.any({ produce: () => declared.InferenceComponents }, { omitEmptyArray: true }),
      },
    });
    this.fleet = new Fleet(declared, props.makesConfig ?? true);
    if (props.executionRole !== undefined) {
      // With its policies: an endpoint that starts before them can't read its model.
      this.node.addDependency(props.executionRole);
    }
  }

  /** The endpoint's ARN. */
  public get endpointArn(): string {
    return this.attribute('EndpointArn');
  }

  /** Name of the config that the endpoint serves on. */
  public get endpointConfigName(): string {
    return this.attribute('EndpointConfigName');
  }

  /** The dashboard's name. */
  public get dashboardName(): string {
    return this.attribute('DashboardName');
  }

  /** The dashboard's ARN; empty where it is switched off. */
  public get dashboardArn(): string {
    return this.attribute('DashboardArn');
  }

  /** The dashboard in the CloudWatch console; empty where it is switched off. */
  public get dashboardUrl(): string {
    return this.attribute('DashboardUrl');
  }

  /** An alarm's name; empty where this kind isn't on. */
  public alarmName(kind: AlarmKind): string {
    return this.attribute(`${kind}Name`);
  }

  /** An alarm's ARN; empty where this kind isn't on. */
  public alarmArn(kind: AlarmKind): string {
    return this.attribute(`${kind}Arn`);
  }

  /** An alarm for the CDK's composite alarms and status widgets. It has to be on: CloudFormation refuses an empty ARN there. */
  public alarm(kind: AlarmKind): cloudwatch.IAlarm {
    const existing = this.node.tryFindChild(kind);
    return existing === undefined
      ? cloudwatch.Alarm.fromAlarmArn(this, kind, this.alarmArn(kind))
      : (existing as unknown as cloudwatch.IAlarm);
  }

  /**
   * Lets a grantee call the endpoint, at once, as a stream, and asynchronously where the endpoint is asynchronous. A call that names an
   * inference component needs the permission on it, too. Which action takes which resource:
   * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
   *
   * @param grantee who may call
   * @param models names of the inference components that the grantee may call; all on the endpoint if none is named
   */
  public grantInvoke(grantee: iam.IGrantable, ...models: string[]): iam.Grant {
    const actions = ['sagemaker:InvokeEndpoint', 'sagemaker:InvokeEndpointWithResponseStream'];
    if (this.fleet.asynchronous) {
      actions.push('sagemaker:InvokeEndpointAsync');
    }
    // `*` reaches no other endpoint: each call needs the permission on its endpoint as well.
    const named = models.length > 0 ? models.flatMap(spellings) : this.fleet.mayHostComponents ? ['*'] : [];
    const resourceArns = [this.endpointArn, ...named.map((name) => this.componentArn(name))];
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns });
  }

  /** Instances that run. */
  public metricInstances(options: EndpointMetricOptions = {}): cloudwatch.IMetric {
    return this.metricsOver(options).instances();
  }

  /** GPUs of all instances that run. */
  public metricTotalGpus(options: EndpointMetricOptions = {}): cloudwatch.IMetric {
    return this.metricsOver(options).totalGpus();
  }

  /** GPUs that models hold. Only for endpoints with inference components on whole GPUs. */
  public metricUsedGpus(options: GpuMetricOptions = {}): cloudwatch.IMetric {
    return this.metricsOver(options).usedGpus(options.count === GpuCount.HELD);
  }

  /** GPUs that are paid for and that no model holds. Only for endpoints with inference components on whole GPUs. */
  public metricUnusedGpus(options: GpuMetricOptions = {}): cloudwatch.IMetric {
    return this.metricsOver(options).unusedGpus(options.count === GpuCount.HELD);
  }

  /**
   * What the instances cost an hour, or what one model does. It needs `costPerHour` in dollars.
   *
   * @param model name of an inference component; of one model only enhanced metrics know, and no alarm takes it
   */
  public metricCostPerHour(model?: string, options: EndpointMetricOptions = {}): cloudwatch.IMetric {
    const metrics = this.metricsOver(options);
    return model === undefined ? metrics.costPerHour() : metrics.costPerHourOf(model);
  }

  /** What unused GPUs cost an hour. It needs `costPerHour` in dollars. */
  public metricUnallocatedCostPerHour(options: GpuMetricOptions = {}): cloudwatch.IMetric {
    return this.metricsOver(options).unallocatedCostPerHour(options.count === GpuCount.HELD);
  }

  /**
   * Requests in each period.
   *
   * @param model name of an inference component, or of a variant whose model is its own; all of them together if left out
   */
  public metricInvocations(model?: string, options: EndpointMetricOptions = {}): cloudwatch.IMetric {
    return this.metricsOver(options).invocations(model);
  }

  /**
   * Of 100 requests, those that end in 5xx. There is no value while nobody calls.
   *
   * @param model name of an inference component, or of a variant whose model is its own; all of them together if left out
   */
  public metricErrorRate(model?: string, options: EndpointMetricOptions = {}): cloudwatch.IMetric {
    return this.metricsOver(options).errorRate(model);
  }

  /**
   * Milliseconds that requests take in the model.
   *
   * @param model name of an inference component, or of a variant whose model is its own: percentiles of several can't be merged
   */
  public metricModelLatency(model: string, options: LatencyMetricOptions = {}): cloudwatch.IMetric {
    return this.metricsOver(options).latency(model, options.statistic ?? 'p99');
  }

  /** Lists a model among those that the dashboard shows by name. */
  protected listModel(model: InferenceComponentOptions): void {
    this.fleet.add(rendered('InferenceComponents', model));
  }

  /** Name of the variant that inference components are placed on. */
  protected hostName(): string {
    const host = this.fleet.host;
    if (host === undefined) {
      throw new Error('productionVariants: inference components need a variant without modelName');
    }
    return host.name;
  }

  private metricsOver(options: EndpointMetricOptions): EndpointMetrics {
    // Eight digits of the construct's address: ids of several endpoints may stand in one graph.
    const suffix = this.node.addr.slice(-8);
    return new EndpointMetrics(this.fleet, this.endpointName, suffix, options);
  }

  private componentArn(resourceName: string): string {
    const arnFormat = ArnFormat.SLASH_RESOURCE_NAME;
    return Stack.of(this).formatArn({ service: 'sagemaker', resource: 'inference-component', resourceName, arnFormat });
  }
}

/** A name as an ARN may have it: IAM minds upper case, and SageMaker has been seen to keep it there and to drop it. */
function spellings(name: string): string[] {
  const lower = name.toLowerCase();
  return Token.isUnresolved(name) || lower === name ? [name] : [name, lower];
}
