import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import { EndpointResource } from './endpoint-resource';
import { EndpointMonitoringProps } from './generated/declarations';
import { rendered } from './private/rendered';

/** How a model is shown that another construct places. */
export interface ShownModelOptions {
  /**
   * Its name on panels.
   *
   * @default - the inference component's name
   */
  readonly label?: string;

  /**
   * GPUs of one copy, no more than an instance has.
   *
   * @default - not shown
   */
  readonly gpusPerCopy?: number;
}

/**
 * Dashboard and alarms of an endpoint made elsewhere: `Custom::EndpointMonitoring`. What it isn't told of the endpoint's config, the
 * provider reads from the endpoint. Metrics of this construct need `productionVariants` and `metricsConfig` all the same.
 */
export class EndpointMonitoring extends EndpointResource {
  public readonly endpointName: string;

  constructor(scope: Construct, id: string, props: EndpointMonitoringProps) {
    super(scope, id, {
      ...props,
      resourceType: 'Custom::EndpointMonitoring',
      properties: rendered('EndpointMonitoring', props),
      makesConfig: false,
    });
    this.endpointName = props.endpointName;
  }

  /**
   * Shows a model of the same app by name. The monitoring comes after the model, so that no alarm counts GPUs as unused while the model is
   * being placed.
   *
   * @param component has to have an `inferenceComponentName`
   */
  public showInferenceComponent(component: sagemaker.CfnInferenceComponent, options: ShownModelOptions = {}): void {
    const name = component.inferenceComponentName;
    if (name === undefined) {
      throw new Error(`${component.node.path}: give it an inferenceComponentName, which its metrics are published under`);
    }
    this.listModel({ name, ...options });
    this.node.addDependency(component);
  }
}
