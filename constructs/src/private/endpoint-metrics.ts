import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Fleet, VariantFacts } from './fleet';
import { ENDPOINTS, INVOCATIONS, Series } from './series';

/** How an expression is drawn. */
interface Drawn {
  readonly period?: Duration;
  readonly label?: string;
  readonly color?: string;
}

/** The variant whose whole GPUs models share. */
interface Shared {
  readonly variant: VariantFacts;
  readonly number: number;
  /** GPUs of one instance. */
  readonly gpus: string;
}

/**
 * The arithmetic of an endpoint's metrics. F is the publish frequency and P the period, both in seconds: each instance, and each GPU that
 * a model holds, publishes P ÷ F samples in one period (docs/how-numbers-are-computed.md).
 */
export class EndpointMetrics {
  private readonly series: Series;

  constructor(
    private readonly fleet: Fleet,
    endpointName: string,
    suffix: string,
    private readonly drawn: Drawn,
  ) {
    this.series = new Series(endpointName, suffix, drawn.period ?? Duration.minutes(5));
  }

  public instances(): cloudwatch.IMetric {
    return this.expression(this.overInstances((samples) => this.count(samples, samples)), 'Instances');
  }

  public totalGpus(): cloudwatch.IMetric {
    const known = (variant: VariantFacts) => variant.gpus !== undefined;
    if (!this.fleet.variants.some(known)) {
      throw new Error('gpusPerInstance: nothing is known of the GPUs of these instance types. Give it.');
    }
    return this.expression(this.overInstances((samples, { gpus }) => this.count(`${samples} * ${gpus}`, samples), known), 'Total GPUs');
  }

  public usedGpus(bySamples: boolean): cloudwatch.IMetric {
    const { used, instances } = this.samples(bySamples);
    return this.expression(exact(this.count(used, instances), bySamples), 'Used GPUs');
  }

  public unusedGpus(bySamples: boolean): cloudwatch.IMetric {
    const { unused, instances } = this.samples(bySamples);
    return this.expression(exact(this.count(unused, instances), bySamples), 'Unused GPUs');
  }

  public costPerHour(): cloudwatch.IMetric {
    const dollars = this.overInstances((samples, variant) => `${this.count(samples, samples)} * ${price(variant)}`);
    return this.expression(dollars, '$ per hour');
  }

  public costPerHourOf(model: string): cloudwatch.IMetric {
    const { variant, number } = this.shared();
    const instances = this.instanceSamples(variant, number);
    return this.expression(this.dollars(this.held(instances, model), instances), `${model} $ per hour`);
  }

  public unallocatedCostPerHour(bySamples: boolean): cloudwatch.IMetric {
    const { unused, instances } = this.samples(bySamples);
    return this.expression(this.dollars(unused, instances), 'Unallocated $ per hour');
  }

  public invocations(model?: string): cloudwatch.IMetric {
    const label = model === undefined ? 'Requests' : `${model} requests`;
    return this.expression(this.requests('t', this.counted, model), label);
  }

  public errorRate(model?: string): cloudwatch.IMetric {
    if (this.fleet.asynchronous) {
      throw new Error('an asynchronous endpoint does not publish what its failures are a part of');
    }
    const requests = this.requests('t', this.counted, model);
    const failed = this.requests('e', 'Invocation5XXErrors', model);
    const label = model === undefined ? 'Failed requests (%)' : `${model} failed requests (%)`;
    return this.expression(`SUM([${failed}, ${requests} * 0]) * 100 / (${requests})`, label);
  }

  public latency(model: string, statistic: string): cloudwatch.IMetric {
    const microseconds = this.requestSeries('l', 0, 'ModelLatency', statistic, model);
    return this.expression(`${microseconds} / 1000`, `${model} ${statistic} (ms)`);
  }

  /** The metric that counts requests: an asynchronous endpoint publishes what it has processed. */
  private get counted(): string {
    return this.fleet.asynchronous ? 'InvocationsProcessed' : 'Invocations';
  }

  /** A metric of requests: of one model, or of all together. */
  private requests(letter: string, metricName: string, model?: string): string {
    if (model !== undefined) {
      return this.requestSeries(letter, 0, metricName, 'Sum', model);
    }
    const hosts = this.fleet.host !== undefined;
    if (hosts && this.fleet.components.length === 0) {
      if (!this.fleet.enhanced) {
        throw new Error("inferenceComponents: a model's requests come under its name alone. List the models, or name one.");
      }
      return this.series.requestsOfCopies(metricName);
    }
    const answering = this.fleet.variants.filter((variant) => !variant.shadow).map((variant) => variant.name);
    const models = hosts ? this.fleet.components : answering;
    const ids = models.map((name, number) => this.requestSeries(letter, number, metricName, 'Sum', name));
    return ids.length === 1 ? ids[0] : `SUM([${ids.join(', ')}])`;
  }

  private requestSeries(letter: string, number: number, metricName: string, statistic: string, model: string): string {
    if (this.fleet.host !== undefined) {
      return this.series.ofComponent(letter, number, metricName, statistic, model);
    }
    const names = this.fleet.variants.map((variant) => variant.name);
    if (!names.includes(model)) {
      throw new Error(`${model} is none of the variants: ${names.join(', ')}`);
    }
    return this.series.ofVariant(letter, number, INVOCATIONS, metricName, statistic, model);
  }

  /** The sum over variants with instances, of an expression of each one's samples. */
  private overInstances(
    term: (samples: string, variant: VariantFacts) => string,
    wanted: (variant: VariantFacts) => boolean = () => true,
  ): string {
    const numbered = this.fleet.variants.map((variant, number) => ({ variant, number }));
    const running = numbered.filter(({ variant }) => variant.hasInstances && wanted(variant));
    if (running.length === 0) {
      throw new Error('a serverless endpoint has no instances');
    }
    const terms = running.map(({ variant, number }) => term(this.instanceSamples(variant, number), variant));
    // A variant that is scaled to zero has no series, and takes none of the others' with it.
    return terms.length === 1 ? terms[0] : `SUM([${terms.join(', ')}])`;
  }

  /** Samples that a variant's instances published: with models on them or without, unlike `CPUUtilizationNormalized`. */
  private instanceSamples(variant: VariantFacts, number: number): string {
    return this.series.ofVariant('i', number, ENDPOINTS, 'CPUUtilization', 'SampleCount', variant.name);
  }

  /** Samples that used and unused GPUs published, or would have. */
  private samples(bySamples: boolean): { instances: string; used: string; unused: string } {
    const { variant, number, gpus } = this.shared();
    const instances = this.instanceSamples(variant, number);
    if (bySamples) {
      const used = this.held(instances);
      return { instances, used, unused: `(${instances} * ${gpus} - ${used})` };
    }
    // A percentage of each instance's GPUs, added up over instances.
    const reserved = this.series.ofVariant('r', number, ENDPOINTS, 'GPUReservation', 'Sum', variant.name);
    const percent = `SUM([${reserved}, ${instances} * 0])`;
    return {
      instances,
      used: `${percent} * ${gpus} / 100`,
      unused: `(${instances} * 100 - ${percent}) * ${gpus} / 100`,
    };
  }

  /** Samples of the GPUs that copies hold, by each dimension that may tell GPUs apart: only one of them has data. */
  private held(instances: string, model?: string): string {
    if (!this.fleet.enhanced) {
      throw new Error('metricsConfig: without enhanced metrics nothing says which GPUs a copy holds. Set enableEnhancedMetrics.');
    }
    const found = this.fleet.gpuDimensions.map((dimension) => this.series.heldGpus(dimension, model));
    // Nothing found is nothing used, where there are instances.
    return `SUM([${[...found, `${instances} * 0`].join(', ')}])`;
  }

  private shared(): Shared {
    const number = this.fleet.variants.findIndex((variant) => variant.hostsComponents);
    if (number < 0) {
      throw new Error('only inference components share GPUs, and every variant has a model of its own');
    }
    const variant = this.fleet.variants[number];
    if (variant.partitioned) {
      throw new Error('GPUs are partitioned, and nothing is known of what is published of a partition');
    }
    if (variant.gpus === undefined) {
      throw new Error(`gpusPerInstance: nothing is known of the GPUs of ${variant.name}. Give it.`);
    }
    return { variant, number, gpus: variant.gpus };
  }

  /** Dollars per hour of the GPUs that published these samples, or would have. */
  private dollars(samples: string, instances: string): string {
    const { variant, gpus } = this.shared();
    return `${this.count(samples, instances)} * ${price(variant)} / ${gpus}`;
  }

  /** How many there are of what published these samples: samples × F ÷ P. */
  private count(samples: string, instances: string): string {
    return `${samples} * ${this.fleet.frequency} / PERIOD(${instances})`;
  }

  private expression(expression: string, label: string): cloudwatch.IMetric {
    return new cloudwatch.MathExpression({
      expression,
      usingMetrics: this.series.metrics,
      period: this.series.period,
      label: this.drawn.label ?? label,
      color: this.drawn.color,
    });
  }
}

/** Dollars for one instance for one hour. */
function price(variant: VariantFacts): string {
  if (variant.price === undefined) {
    throw new Error(`costPerHour: dollars of ${variant.name} have to be known here. Give CostPerHour.dollars(…).`);
  }
  return variant.price;
}

/** Percentages are seldom exact: without this, one unused GPU of six is 0.9999999999999994. */
function exact(count: string, bySamples: boolean): string {
  return bySamples ? count : `FLOOR(${count} * 1000000 + 0.5) / 1000000`;
}
