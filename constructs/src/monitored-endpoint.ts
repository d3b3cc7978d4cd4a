import { Duration } from 'aws-cdk-lib';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import { EndpointResource } from './endpoint-resource';
import { MonitoredEndpointProps } from './generated/declarations';
import { InferenceComponentProps, inferenceComponent, listed } from './inference-component';
import { rendered } from './private/rendered';

/** A whole endpoint with its config, dashboard and alarms: `Custom::MonitoredEndpoint`. */
export class MonitoredEndpoint extends EndpointResource {
  public readonly endpointName: string;

  constructor(scope: Construct, id: string, props: MonitoredEndpointProps) {
    super(scope, id, {
      ...props,
      // Large models take most of an hour, and CloudFormation waits no longer.
      serviceTimeout: props.serviceTimeout ?? Duration.hours(1),
      resourceType: 'Custom::MonitoredEndpoint',
      properties: rendered('MonitoredEndpoint', props),
    });
    this.endpointName = this.ref;
  }

  /** Places a model on the endpoint, and shows it by name on the dashboard. */
  public addInferenceComponent(id: string, props: InferenceComponentProps): sagemaker.CfnInferenceComponent {
    const on = { endpointName: this.endpointName, variantName: this.hostName() };
    this.listModel(listed(props));
    return inferenceComponent(this, id, on, props);
  }
}
