import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import {
  CostPerHour,
  EndpointMonitoring,
  GpuCount,
  GpuDimension,
  MonitoredEndpoint,
  MonitoredEndpointProps,
} from '../src';

const PRICE = 5.752;
const VARIANT = { variantName: 'AllTraffic', instanceType: 'ml.g6.12xlarge', initialInstanceCount: 1 };
const SHARED = { endpointName: 'shared', productionVariants: [VARIANT], costPerHour: CostPerHour.dollars(PRICE) };

/** Dimensions of what a copy publishes, as data/published.csv has them. */
const OF_COPY = 'EndpointName,VariantName,InstanceId,ContainerId,InferenceComponentName';

function endpoint(props: MonitoredEndpointProps = SHARED, scope = new Stack(new App(), 'Inference')): MonitoredEndpoint {
  return new MonitoredEndpoint(scope, 'Endpoint', props);
}

/** What runs, in the words of the formulas: F and P in seconds. */
interface Running {
  F: number;
  P: number;
  gpus: number;
  instances: number;
  /** GPUs that each model holds. */
  held: { [model: string]: number };
}

/** What SageMaker would publish of it in one period. */
function published(metric: cloudwatch.Metric, { F, P, gpus, instances, held }: Running): number {
  const used = Object.values(held).reduce((sum, one) => sum + one, 0);
  switch (`${metric.metricName} ${metric.statistic}`) {
    case 'CPUUtilization SampleCount':
      return (instances * P) / F;
    // Percent of each instance's GPUs, added up over instances and intervals.
    case 'GPUReservation Sum':
      return ((used * 100) / gpus) * (P / F);
  }
  throw new Error(`nothing publishes ${metric.metricName} ${metric.statistic}`);
}

/** Names and values of the dimensions of an expression's first metric. */
function dimensions(metric: cloudwatch.IMetric): [string, string][] {
  const [first] = Object.values((metric as cloudwatch.MathExpression).usingMetrics);
  return (first.toMetricConfig().metricStat?.dimensions ?? []).map((one) => [one.name, one.value]);
}

/** The value of an expression, evaluated as metric math. */
function valueOf(metric: cloudwatch.IMetric, running: Running): number {
  const { expression, usingMetrics } = metric as cloudwatch.MathExpression;
  const ids = Object.keys(usingMetrics);
  const values = ids.map((id) => published(usingMetrics[id] as cloudwatch.Metric, running));
  const sum = (list: any[]): number => list.flat(Infinity).reduce((total, one) => total + one, 0);
  const search = (term: string): number[] => {
    // One of the two dimensions has data, as on a live endpoint.
    if (!term.startsWith(`{/aws/sagemaker/InferenceComponents,${OF_COPY},GpuId}`)) {
      return [];
    }
    const model = /InferenceComponentName="(\w+)"/.exec(term)?.[1];
    const found = Object.entries(running.held).filter(([name]) => model === undefined || name === model);
    return found.map(([, gpus]) => (gpus * running.P) / running.F);
  };
  const evaluate = new Function('SUM', 'FLOOR', 'PERIOD', 'SEARCH', ...ids, `return ${expression}`);
  return evaluate(sum, Math.floor, () => running.P, search, ...values);
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);
}

test('counts and costs are right at every frequency, period and number of GPUs', () => {
  for (const F of [10, 30, 60, 120, 180, 240, 300]) {
    for (const P of [60, 300, 3600].filter((period) => period >= F && period % F === 0)) {
      for (const gpus of [1, 4, 6, 8]) {
        const running = { F, P, gpus, instances: 3, held: { chat: gpus, embeddings: 1 } };
        const metricsConfig = { enableEnhancedMetrics: true, metricPublishFrequencyInSeconds: F };
        const subject = endpoint({ ...SHARED, metricsConfig, gpusPerInstance: gpus });
        const period = Duration.seconds(P);
        const value = (metric: cloudwatch.IMetric) => valueOf(metric, running);
        near(value(subject.metricInstances({ period })), 3);
        near(value(subject.metricTotalGpus({ period })), 3 * gpus);
        for (const count of [GpuCount.RESERVED, GpuCount.HELD]) {
          assert.equal(value(subject.metricUsedGpus({ period, count })), gpus + 1);
          assert.equal(value(subject.metricUnusedGpus({ period, count })), 2 * gpus - 1);
          const models = ['chat', 'embeddings'].map((model) => value(subject.metricCostPerHour(model, { period })));
          const unallocated = value(subject.metricUnallocatedCostPerHour({ period, count }));
          near(models[0], PRICE);
          near(models[0] + models[1] + unallocated, value(subject.metricCostPerHour(undefined, { period })));
        }
        near(value(subject.metricCostPerHour(undefined, { period })), 3 * PRICE);
      }
    }
  }
});

test('the default frequency is the provider\'s', () => {
  const running = { F: 60, P: 300, gpus: 4, instances: 2, held: { chat: 3 } };
  near(valueOf(endpoint().metricUnusedGpus(), running), 5);
});

test('an alarm takes what needs no search', () => {
  const scope = new Stack(new App(), 'Inference');
  const subject = endpoint(SHARED, scope);
  const metric = subject.metricUnusedGpus({ period: Duration.minutes(1) });
  new cloudwatch.Alarm(scope, 'Waste', { metric, threshold: 1, evaluationPeriods: 30 });
  const [alarm] = Object.values(Template.fromStack(scope).findResources('AWS::CloudWatch::Alarm'));
  assert.doesNotMatch(JSON.stringify(alarm), /SEARCH/);
});

test('two endpoints may stand in one graph', () => {
  const scope = new Stack(new App(), 'Inference');
  const left = [1, 2].map((number) => new MonitoredEndpoint(scope, `Endpoint${number}`, SHARED).metricUnusedGpus());
  const dashboard = new cloudwatch.Dashboard(scope, 'Dashboard');
  dashboard.addWidgets(new cloudwatch.GraphWidget({ left }));
  Template.fromStack(scope);
});

test('a known dimension is the only one that is searched', () => {
  const subject = endpoint({ ...SHARED, gpuDimension: GpuDimension.GPU_ID });
  const { expression } = subject.metricUsedGpus({ count: GpuCount.HELD }) as cloudwatch.MathExpression;
  assert.match(expression, /GpuId/);
  assert.doesNotMatch(expression, /AcceleratorId/);
});

test('a search has the period of the metrics beside it', () => {
  const expression = (period?: Duration) => (endpoint().metricCostPerHour('chat', { period }) as cloudwatch.MathExpression).expression;
  assert.match(expression(), /'SampleCount'\)/);
  assert.match(expression(Duration.minutes(1)), /'SampleCount', 60\)/);
});

test('the frequency may be a token', () => {
  const scope = new Stack(new App(), 'Inference');
  const frequency = new CfnParameter(scope, 'Frequency', { type: 'Number' }).valueAsNumber;
  const metricsConfig = { enableEnhancedMetrics: true, metricPublishFrequencyInSeconds: frequency };
  const { expression } = endpoint({ ...SHARED, metricsConfig }, scope).metricInstances() as cloudwatch.MathExpression;
  assert.match(JSON.stringify(scope.resolve(expression)), /\{"Ref":"Frequency"\}/);
});

test('requests of models come under their names, and of all together where nobody lists them', () => {
  const subject = endpoint();
  const of = (metric: cloudwatch.IMetric) => metric as cloudwatch.MathExpression;
  assert.deepEqual(dimensions(subject.metricInvocations('chat')), [['InferenceComponentName', 'chat']]);
  const { expression } = of(subject.metricInvocations());
  assert.ok(expression.startsWith("SUM(SEARCH('{AWS/SageMaker,EndpointName,VariantName,InferenceComponentName,InstanceId,ContainerId}"));
  const listing = endpoint({ ...SHARED, inferenceComponents: [{ name: 'chat' }, { name: 'embeddings' }] });
  assert.equal(Object.keys(of(listing.metricInvocations()).usingMetrics).length, 2);
});

test('requests of a model of its own come under its variant', () => {
  const subject = endpoint({ ...SHARED, productionVariants: [{ ...VARIANT, modelName: 'own' }] });
  assert.deepEqual(dimensions(subject.metricErrorRate()).map(([name]) => name), ['EndpointName', 'VariantName']);
  assert.throws(() => subject.metricInvocations('another'), /none of the variants: AllTraffic/);
  assert.throws(() => subject.metricUnusedGpus(), /only inference components share GPUs/);
});

test('an asynchronous endpoint counts what it has processed', () => {
  const asyncInferenceConfig = { outputConfig: { s3OutputPath: 's3://bucket/out' } };
  const subject = endpoint({ ...SHARED, productionVariants: [{ ...VARIANT, modelName: 'own' }], asyncInferenceConfig });
  const [metric] = Object.values((subject.metricInvocations() as cloudwatch.MathExpression).usingMetrics) as cloudwatch.Metric[];
  assert.equal(metric.metricName, 'InvocationsProcessed');
  assert.throws(() => subject.metricErrorRate(), /asynchronous/);
});

test('what can not be known is refused, with what to give', () => {
  const monitoring = (props: object) => new EndpointMonitoring(new Stack(new App(), 'S'), 'M', { endpointName: 'chat', ...props });
  assert.throws(() => monitoring({}).metricInstances(), /productionVariants/);
  assert.throws(() => monitoring({ productionVariants: [VARIANT] }).metricInstances(), /metricsConfig/);
  assert.throws(() => endpoint({ ...SHARED, costPerHour: CostPerHour.LIST_PRICE }).metricCostPerHour(), /costPerHour/);
  const unheard = { ...VARIANT, instanceType: 'ml.unheard.of' };
  assert.throws(() => endpoint({ ...SHARED, productionVariants: [unheard] }).metricUnusedGpus(), /gpusPerInstance/);
  const plain = { ...SHARED, metricsConfig: { enableEnhancedMetrics: false } };
  assert.throws(() => endpoint(plain).metricCostPerHour('chat'), /enhanced metrics/);
  const serverless = { variantName: 'Quiet', modelName: 'm', serverlessConfig: { memorySizeInMb: 1024, maxConcurrency: 1 } };
  assert.throws(() => endpoint({ ...SHARED, productionVariants: [serverless] }).metricInstances(), /no instances/);
  const partitioned = { ...VARIANT, acceleratorPartitionLayouts: [{ acceleratorPartitionTypes: ['mig-1g.10gb'] }] };
  assert.throws(() => endpoint({ ...SHARED, productionVariants: [partitioned] }).metricUnusedGpus(), /partitioned/);
});
