import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/** Namespace of what instances do. */
export const ENDPOINTS = '/aws/sagemaker/Endpoints';
/** Namespace of what model copies do. */
const INFERENCE_COMPONENTS = '/aws/sagemaker/InferenceComponents';
/** Namespace of requests. */
export const INVOCATIONS = 'AWS/SageMaker';

const OF_COPY = ['EndpointName', 'VariantName', 'InstanceId', 'ContainerId', 'InferenceComponentName'];
const REQUESTS_OF_COPY = ['EndpointName', 'VariantName', 'InferenceComponentName', 'InstanceId', 'ContainerId'];

/** The CDK's own default. At this period it writes none, and a SEARCH and the metrics beside it follow the graph's. */
const DEFAULT_PERIOD_S = 300;

/** The metrics of one expression, under ids that no other endpoint's have. */
export class Series {
  public readonly metrics: { [id: string]: cloudwatch.IMetric } = {};

  /**
   * @param suffix tells endpoints apart, so that a graph may hold several
   */
  constructor(
    private readonly endpointName: string,
    private readonly suffix: string,
    public readonly period: Duration,
  ) {}

  /** The id of a metric of a variant. */
  public ofVariant(letter: string, number: number, namespace: string, metricName: string, statistic: string, variant: string): string {
    const dimensionsMap = { EndpointName: this.endpointName, VariantName: variant };
    return this.add(letter, number, { namespace, metricName, statistic, dimensionsMap, period: this.period });
  }

  /** The id of a metric of a model's requests. */
  public ofComponent(letter: string, number: number, metricName: string, statistic: string, component: string): string {
    const dimensionsMap = { InferenceComponentName: component };
    return this.add(letter, number, { namespace: INVOCATIONS, metricName, statistic, dimensionsMap, period: this.period });
  }

  /** Samples of the GPUs that copies hold: of all models, or of one. For graphs only. */
  public heldGpus(gpuDimension: string, component?: string): string {
    const model = component === undefined ? '' : ` InferenceComponentName="${component}"`;
    return this.search(INFERENCE_COMPONENTS, [...OF_COPY, gpuDimension], 'GPUUtilizationNormalized', model, 'SampleCount');
  }

  /** Requests of all copies on the endpoint, also of models that nobody listed. For graphs only. */
  public requestsOfCopies(metricName: string): string {
    return `SUM(${this.search(INVOCATIONS, REQUESTS_OF_COPY, metricName, '', 'Sum')})`;
  }

  private search(namespace: string, dimensions: string[], metricName: string, narrowed: string, statistic: string): string {
    const seconds = this.period.toSeconds();
    const period = seconds === DEFAULT_PERIOD_S ? '' : `, ${seconds}`;
    const set = [namespace, ...dimensions].join(',');
    return `SEARCH('{${set}} MetricName="${metricName}" EndpointName="${this.endpointName}"${narrowed}', '${statistic}'${period})`;
  }

  private add(letter: string, number: number, props: cloudwatch.MetricProps): string {
    const id = `${letter}${number}_${this.suffix}`;
    this.metrics[id] = new cloudwatch.Metric(props);
    return id;
  }
}
