import { Token } from 'aws-cdk-lib';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import { InferenceComponentOptions } from './generated/structures';

/** A model on an endpoint of the same stack, and what its dashboard calls it. */
export interface InferenceComponentProps extends InferenceComponentOptions {
  /** The model's container, artifacts and resources. */
  readonly specification: sagemaker.CfnInferenceComponent.InferenceComponentSpecificationProperty;

  /**
   * Copies to start with.
   *
   * @default 1
   */
  readonly copyCount?: number;
}

/**
 * The inference component itself. Its endpoint's name is a reference, so that CloudFormation makes it after the endpoint and deletes it
 * before: SageMaker deletes no endpoint that still holds models.
 */
export function inferenceComponent(
  scope: Construct,
  id: string,
  on: { endpointName: string; variantName: string },
  props: InferenceComponentProps,
): sagemaker.CfnInferenceComponent {
  return new sagemaker.CfnInferenceComponent(scope, id, {
    ...on,
    inferenceComponentName: props.name,
    specification: props.specification,
    runtimeConfig: { copyCount: props.copyCount ?? 1 },
  });
}

/** What the dashboard shows of it. One copy holds what it requires, unless said otherwise. */
export function listed(props: InferenceComponentProps): InferenceComponentOptions {
  const { computeResourceRequirements: resources } = props.specification as { computeResourceRequirements?: any };
  const required = resources?.numberOfAcceleratorDevicesRequired;
  const whole = typeof required === 'number' && !Token.isUnresolved(required) && Number.isInteger(required) && required > 0;
  return { name: props.name, label: props.label, gpusPerCopy: props.gpusPerCopy ?? (whole ? required : undefined) };
}
