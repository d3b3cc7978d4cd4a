// A monitored endpoint from the AWS CDK, in TypeScript: one resource is the whole endpoint, and its model is placed on it.
// docs/cdk-and-terraform.md says how to install monitored-endpoint-cdk.
import { App, CfnOutput, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { AlarmKind, CostPerHour, MonitoredEndpoint, RoutingStrategy } from 'monitored-endpoint-cdk';

class SharedInference extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const image = new CfnParameter(this, 'ServingImage', { default: '123456789012.dkr.ecr.us-east-1.amazonaws.com/serving:1' });
    const topic = new sns.Topic(this, 'OnCall');
    const endpoint = new MonitoredEndpoint(this, 'Endpoint', {
      endpointName: 'shared-inference',
      executionRole: new iam.Role(this, 'ExecutionRole', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') }),
      productionVariants: [
        {
          variantName: 'AllTraffic',
          instanceType: 'ml.g6.12xlarge',
          initialInstanceCount: 1,
          routingConfig: { routingStrategy: RoutingStrategy.LEAST_OUTSTANDING_REQUESTS },
        },
      ],
      costPerHour: CostPerHour.dollars(5.752),
      // One model of two GPUs leaves two of the four free, on purpose.
      unusedGpuAlarm: { threshold: 3, alarmActions: [topic.topicArn] },
    });
    endpoint.addInferenceComponent('Chat', {
      name: 'shared-inference-chat',
      label: 'Chat model',
      specification: {
        container: { image: image.valueAsString },
        computeResourceRequirements: { numberOfAcceleratorDevicesRequired: 2, minMemoryRequiredInMb: 32768 },
      },
    });

    // An alarm of your own, with the arithmetic of the dashboard.
    const waste = endpoint.metricUnallocatedCostPerHour({ period: Duration.minutes(5) });
    const tooDear = new cloudwatch.Alarm(this, 'TooDear', { metric: waste, threshold: 4, evaluationPeriods: 12 });
    tooDear.addAlarmAction(new actions.SnsAction(topic));
    new cloudwatch.CompositeAlarm(this, 'Waste', {
      alarmRule: cloudwatch.AlarmRule.anyOf(endpoint.alarm(AlarmKind.UNUSED_GPU), tooDear),
    });

    const caller = new iam.Role(this, 'Caller', { assumedBy: new iam.AccountRootPrincipal() });
    endpoint.grantInvoke(caller, 'shared-inference-chat');
    new CfnOutput(this, 'DashboardUrl', { value: endpoint.dashboardUrl });
  }
}

const app = new App();
new SharedInference(app, 'SharedInference');
app.synth();
