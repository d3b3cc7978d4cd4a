// Monitoring for an endpoint that the CDK makes by itself: dashboard and alarms beside a CfnEndpoint and its model.
import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { CostPerHour, EndpointMonitoring } from 'monitored-endpoint-cdk';

class Chat extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const topic = new sns.Topic(this, 'OnCall');
    const config = new CfnParameter(this, 'EndpointConfig', { default: 'chat-config' });
    const endpoint = new sagemaker.CfnEndpoint(this, 'Endpoint', { endpointName: 'chat', endpointConfigName: config.valueAsString });
    const model = new sagemaker.CfnInferenceComponent(this, 'Model', {
      inferenceComponentName: 'chat-model',
      endpointName: endpoint.attrEndpointName,
      variantName: 'AllTraffic',
      specification: {
        container: { image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/serving:1' },
        computeResourceRequirements: { numberOfAcceleratorDevicesRequired: 2, minMemoryRequiredInMb: 32768 },
      },
      runtimeConfig: { copyCount: 1 },
    });
    const monitoring = new EndpointMonitoring(this, 'Monitoring', {
      endpointName: endpoint.attrEndpointName,
      costPerHour: CostPerHour.LIST_PRICE,
      noTrafficAlarm: {},
      alarmActions: [topic.topicArn],
      // Another config updates the monitoring, so that the provider reads the endpoint again.
      tags: [{ key: 'endpoint-config', value: config.valueAsString }],
    });
    monitoring.showInferenceComponent(model, { label: 'Chat model', gpusPerCopy: 2 });
  }
}

const app = new App();
new Chat(app, 'Chat');
app.synth();
