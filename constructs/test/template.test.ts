import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, CfnParameter, Duration, Fn, Stack, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import {
  AlarmKind,
  AlarmSource,
  CapacitySizeType,
  CostPerHour,
  EndpointMonitoring,
  GpuDimension,
  MonitoredEndpoint,
  MonitoredEndpointConfig,
  MonitoredResource,
  TrafficRoutingConfigType,
} from '../src';

const VARIANT = { variantName: 'AllTraffic', instanceType: 'ml.g6.12xlarge', initialInstanceCount: 1 };
const SPECIFICATION = { computeResourceRequirements: { numberOfAcceleratorDevicesRequired: 2, minMemoryRequiredInMb: 1024 } };
const TYPE = 'Custom::MonitoredEndpoint';

function stack(): Stack {
  return new Stack(new App(), 'Inference');
}

/** The only resource of a type: its logical id and itself. */
function only(template: Template, type: string): [string, any] {
  const found = Object.entries(template.findResources(type));
  assert.equal(found.length, 1, `${found.length} resources of type ${type}`);
  return found[0];
}

/** What a resource depends on, said or by reference. */
function dependencies(resource: any): string[] {
  const references = [...JSON.stringify(resource).matchAll(/"Ref":"(\w+)"|"Fn::GetAtt":\["(\w+)"/g)];
  return [...(resource.DependsOn ?? []), ...references.map((match) => match[1] ?? match[2])];
}

test('the service token is a parameter that CloudFormation reads at deployment', () => {
  const scope = stack();
  new MonitoredEndpoint(scope, 'Endpoint', { productionVariants: [VARIANT] });
  const template = Template.fromStack(scope);
  const [, resource] = only(template, TYPE);
  const parameter = template.toJSON().Parameters[resource.Properties.ServiceToken.Ref];
  assert.deepEqual(parameter, { Type: 'AWS::SSM::Parameter::Value<String>', Default: MonitoredResource.SERVICE_TOKEN_PARAMETER });
});

test('the service token may be an export, and the timeout be shorter', () => {
  const scope = stack();
  const serviceToken = Fn.importValue('monitored-endpoint-ServiceToken');
  new EndpointMonitoring(scope, 'Monitoring', { endpointName: 'chat', serviceToken, serviceTimeout: Duration.minutes(3) });
  const template = Template.fromStack(scope);
  template.hasResourceProperties('Custom::EndpointMonitoring', {
    ServiceToken: { 'Fn::ImportValue': 'monitored-endpoint-ServiceToken' },
    ServiceTimeout: '180',
    EndpointName: 'chat',
  });
  assert.equal(Object.keys(template.findParameters('*', { Default: MonitoredResource.SERVICE_TOKEN_PARAMETER })).length, 0);
});

test('nothing is declared that was not given', () => {
  const scope = stack();
  new MonitoredEndpoint(scope, 'Endpoint', { productionVariants: [VARIANT], kmsKeyId: undefined });
  const [, resource] = only(Template.fromStack(scope), TYPE);
  assert.deepEqual(Object.keys(resource.Properties).sort(), ['ProductionVariants', 'ServiceTimeout', 'ServiceToken']);
  assert.equal(resource.Properties.ServiceTimeout, '3600');
});

test('every property has the name that the provider reads', () => {
  const scope = stack();
  const size = { type: CapacitySizeType.INSTANCE_COUNT, value: 1 };
  new MonitoredEndpoint(scope, 'Endpoint', {
    endpointName: 'chat',
    productionVariants: [
      { ...VARIANT, enableSsmAccess: true, volumeSizeInGb: 30 },
      { variantName: 'Quiet', serverlessConfig: { memorySizeInMb: 1024, maxConcurrency: 1 } },
    ],
    okActions: ['arn:aws:sns:us-east-1:123456789012:on-call'],
    costPerHour: CostPerHour.LIST_PRICE,
    variants: [{ variantName: 'AllTraffic', costPerHour: CostPerHour.dollars(5.752) }],
    gpuDimension: GpuDimension.GPU_ID,
    dashboard: { periodOverride: cloudwatch.PeriodOverride.AUTO },
    unusedGpuAlarm: {
      source: AlarmSource.SAMPLE_COUNT,
      period: Duration.minutes(5),
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    },
    deploymentConfig: {
      autoRollbackConfiguration: { alarms: [{ alarmName: 'errors' }] },
      blueGreenUpdatePolicy: {
        trafficRoutingConfiguration: { type: TrafficRoutingConfigType.CANARY, waitIntervalInSeconds: 60, canarySize: size },
      },
    },
  });
  const [, { Properties: properties }] = only(Template.fromStack(scope), TYPE);
  assert.deepEqual({ ...properties, ServiceToken: undefined }, {
    ServiceToken: undefined,
    ServiceTimeout: '3600',
    EndpointName: 'chat',
    ProductionVariants: [
      { VariantName: 'AllTraffic', InstanceType: 'ml.g6.12xlarge', InitialInstanceCount: 1, EnableSSMAccess: true, VolumeSizeInGB: 30 },
      { VariantName: 'Quiet', ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 1 } },
    ],
    OKActions: ['arn:aws:sns:us-east-1:123456789012:on-call'],
    CostPerHour: 'Auto',
    Variants: [{ VariantName: 'AllTraffic', CostPerHour: 5.752 }],
    GpuDimension: 'GpuId',
    Dashboard: { PeriodOverride: 'auto' },
    UnusedGpuAlarm: { Source: 'SampleCount', Period: 300, ComparisonOperator: 'GreaterThanThreshold', TreatMissingData: 'notBreaching' },
    DeploymentConfig: {
      AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'errors' }] },
      BlueGreenUpdatePolicy: {
        TrafficRoutingConfiguration: { Type: 'CANARY', WaitIntervalInSeconds: 60, CanarySize: { Type: 'INSTANCE_COUNT', Value: 1 } },
      },
    },
  });
});

test('values may be tokens', () => {
  const scope = stack();
  const count = new CfnParameter(scope, 'Count', { type: 'Number' });
  new MonitoredEndpoint(scope, 'Endpoint', { productionVariants: [{ ...VARIANT, initialInstanceCount: count.valueAsNumber }] });
  Template.fromStack(scope).hasResourceProperties(TYPE, {
    ProductionVariants: [Match.objectLike({ InitialInstanceCount: { Ref: 'Count' } })],
  });
});

test('tags of the app go to everything that the provider makes', () => {
  const scope = stack();
  new MonitoredEndpoint(scope, 'Endpoint', { productionVariants: [VARIANT], tags: [{ key: 'model', value: 'chat' }] });
  Tags.of(scope).add('team', 'search');
  Template.fromStack(scope).hasResourceProperties(TYPE, {
    Tags: Match.arrayWith([{ Key: 'model', Value: 'chat' }, { Key: 'team', Value: 'search' }]),
  });
});

test('the endpoint comes after the policies of its role', () => {
  const scope = stack();
  const executionRole = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
  executionRole.addToPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] }));
  new MonitoredEndpoint(scope, 'Endpoint', { productionVariants: [VARIANT], executionRole });
  const template = Template.fromStack(scope);
  const [, endpoint] = only(template, TYPE);
  const [policy] = only(template, 'AWS::IAM::Policy');
  const [role] = only(template, 'AWS::IAM::Role');
  assert.deepEqual(endpoint.Properties.ExecutionRoleArn, { 'Fn::GetAtt': [role, 'Arn'] });
  assert.ok(dependencies(endpoint).includes(policy));
});

test('models come after their endpoint, are deleted before it, and are listed on its dashboard', () => {
  const scope = stack();
  const endpoint = new MonitoredEndpoint(scope, 'Endpoint', { productionVariants: [VARIANT] });
  endpoint.addInferenceComponent('Chat', { name: 'chat', label: 'Chat model', specification: SPECIFICATION });
  const template = Template.fromStack(scope);
  const [id, resource] = only(template, TYPE);
  const [, model] = only(template, 'AWS::SageMaker::InferenceComponent');
  assert.ok(dependencies(model).includes(id));
  assert.equal(model.Properties.VariantName, 'AllTraffic');
  assert.deepEqual(resource.Properties.InferenceComponents, [{ Name: 'chat', Label: 'Chat model', GpusPerCopy: 2 }]);
});

test('a model needs a variant that hosts it', () => {
  const endpoint = new MonitoredEndpoint(stack(), 'Endpoint', { productionVariants: [{ ...VARIANT, modelName: 'own' }] });
  assert.throws(() => endpoint.addInferenceComponent('Chat', { name: 'chat', specification: SPECIFICATION }), /without modelName/);
});

test('the endpoint of a config refers to it, and its models to the endpoint', () => {
  const scope = stack();
  const config = new MonitoredEndpointConfig(scope, 'Config', { endpointName: 'shared', productionVariants: [VARIANT] });
  assert.throws(() => config.addInferenceComponent('Early', { name: 'early', specification: SPECIFICATION }), /addEndpoint first/);
  config.addEndpoint('Endpoint');
  config.addInferenceComponent('Chat', { name: 'chat', specification: SPECIFICATION });
  assert.throws(() => config.addEndpoint('Another'), /already/);
  const template = Template.fromStack(scope);
  const [configId, resource] = only(template, 'Custom::MonitoredEndpointConfig');
  const [endpointId, endpoint] = only(template, 'AWS::SageMaker::Endpoint');
  const [, model] = only(template, 'AWS::SageMaker::InferenceComponent');
  assert.deepEqual(endpoint.Properties.EndpointConfigName, { Ref: configId });
  assert.equal(endpoint.Properties.RetainAllVariantProperties, true);
  assert.ok(dependencies(model).includes(endpointId));
  assert.equal(resource.Properties.InferenceComponents[0].Name, 'chat');
});

test('monitoring comes after the endpoint and the models that it shows', () => {
  const scope = stack();
  const endpoint = new sagemaker.CfnEndpoint(scope, 'Endpoint', { endpointConfigName: 'a-config' });
  const component = new sagemaker.CfnInferenceComponent(scope, 'Chat', {
    inferenceComponentName: 'chat',
    endpointName: endpoint.attrEndpointName,
    specification: SPECIFICATION,
  });
  const monitoring = new EndpointMonitoring(scope, 'Monitoring', { endpointName: endpoint.attrEndpointName });
  monitoring.showInferenceComponent(component, { label: 'Chat model' });
  const nameless = new sagemaker.CfnInferenceComponent(scope, 'Nameless', { endpointName: 'x', specification: SPECIFICATION });
  assert.throws(() => monitoring.showInferenceComponent(nameless), /inferenceComponentName/);
  const [, resource] = only(Template.fromStack(scope), 'Custom::EndpointMonitoring');
  assert.ok(dependencies(resource).includes('Endpoint') && dependencies(resource).includes('Chat'));
  assert.deepEqual(resource.Properties.InferenceComponents, [{ Name: 'chat', Label: 'Chat model' }]);
});

test('a grantee may call the endpoint and its models', () => {
  const scope = stack();
  const caller = new iam.User(scope, 'Caller');
  const endpoint = new MonitoredEndpoint(scope, 'Endpoint', { productionVariants: [VARIANT] });
  endpoint.grantInvoke(caller, 'chat');
  const template = Template.fromStack(scope);
  const [id] = only(template, TYPE);
  const [, policy] = only(template, 'AWS::IAM::Policy');
  const [statement] = policy.Properties.PolicyDocument.Statement;
  assert.deepEqual(statement.Action, ['sagemaker:InvokeEndpoint', 'sagemaker:InvokeEndpointWithResponseStream']);
  assert.deepEqual(statement.Resource[0], { 'Fn::GetAtt': [id, 'EndpointArn'] });
  assert.match(JSON.stringify(statement.Resource[1]), /:inference-component\/chat"/);
});

test('a model with capitals in its name may be called however its ARN is spelt', () => {
  const scope = stack();
  const caller = new iam.User(scope, 'Caller');
  new MonitoredEndpoint(scope, 'Endpoint', { productionVariants: [VARIANT] }).grantInvoke(caller, 'Chat');
  const [, policy] = only(Template.fromStack(scope), 'AWS::IAM::Policy');
  const resources = JSON.stringify(policy.Properties.PolicyDocument.Statement[0].Resource);
  assert.match(resources, /inference-component\/Chat".*inference-component\/chat"/);
});

test('who calls an asynchronous endpoint with its own model needs no permission on models', () => {
  const scope = stack();
  const caller = new iam.User(scope, 'Caller');
  const endpoint = new MonitoredEndpoint(scope, 'Endpoint', {
    productionVariants: [{ ...VARIANT, modelName: 'own' }],
    asyncInferenceConfig: { outputConfig: { s3OutputPath: 's3://bucket/out' } },
  });
  endpoint.grantInvoke(caller);
  const [, policy] = only(Template.fromStack(scope), 'AWS::IAM::Policy');
  const [statement] = policy.Properties.PolicyDocument.Statement;
  assert.ok(statement.Action.includes('sagemaker:InvokeEndpointAsync'));
  assert.ok('Fn::GetAtt' in statement.Resource);
});

test('attributes and alarms are read from the resource', () => {
  const scope = stack();
  const endpoint = new MonitoredEndpoint(scope, 'Endpoint', { productionVariants: [VARIANT] });
  const id = scope.getLogicalId(endpoint.node.findChild('Resource').node.defaultChild as any);
  const attribute = (name: string) => ({ 'Fn::GetAtt': [id, name] });
  assert.deepEqual(scope.resolve(endpoint.endpointName), { Ref: id });
  assert.deepEqual(scope.resolve(endpoint.dashboardUrl), attribute('DashboardUrl'));
  assert.deepEqual(scope.resolve(endpoint.alarmName(AlarmKind.NO_TRAFFIC)), attribute('NoTrafficAlarmName'));
  assert.deepEqual(scope.resolve(endpoint.alarm(AlarmKind.UNUSED_GPU).alarmArn), attribute('UnusedGpuAlarmArn'));
  assert.equal(endpoint.alarm(AlarmKind.UNUSED_GPU), endpoint.alarm(AlarmKind.UNUSED_GPU));
});
