import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import { EndpointResource } from './endpoint-resource';
import { MonitoredEndpointConfigProps } from './generated/declarations';
import { InferenceComponentProps, inferenceComponent, listed } from './inference-component';
import { rendered } from './private/rendered';

/** An endpoint config with dashboard and alarms, for an endpoint of the stack's own: `Custom::MonitoredEndpointConfig`. */
export class MonitoredEndpointConfig extends EndpointResource {
  public readonly endpointName: string;

  private endpoint?: sagemaker.CfnEndpoint;

  constructor(scope: Construct, id: string, props: MonitoredEndpointConfigProps) {
    super(scope, id, {
      ...props,
      resourceType: 'Custom::MonitoredEndpointConfig',
      properties: rendered('MonitoredEndpointConfig', props),
    });
    this.endpointName = props.endpointName;
  }

  /** Name of this config; another one after each change of what the config holds. */
  public get endpointConfigName(): string {
    return this.ref;
  }

  /**
   * The endpoint that serves on this config. It keeps the instance counts that autoscaling has set.
   *
   * @param deploymentConfig how an update moves traffic
   */
  public addEndpoint(id: string, deploymentConfig?: sagemaker.CfnEndpoint.DeploymentConfigProperty): sagemaker.CfnEndpoint {
    if (this.endpoint !== undefined) {
      throw new Error(`${this.node.path} has its endpoint already`);
    }
    this.endpoint = new sagemaker.CfnEndpoint(this, id, {
      endpointName: this.endpointName,
      endpointConfigName: this.ref,
      retainAllVariantProperties: true,
      deploymentConfig,
    });
    return this.endpoint;
  }

  /** Places a model on the endpoint that `addEndpoint` has made, and shows it by name on the dashboard. */
  public addInferenceComponent(id: string, props: InferenceComponentProps): sagemaker.CfnInferenceComponent {
    if (this.endpoint === undefined) {
      throw new Error('call addEndpoint first: models are placed on an endpoint');
    }
    const on = { endpointName: this.endpoint.attrEndpointName, variantName: this.hostName() };
    this.listModel(listed(props));
    return inferenceComponent(this, id, on, props);
  }
}
