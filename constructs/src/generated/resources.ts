// Written by `make bindings` from docs/properties.schema.json and data/*.csv. Don't edit it here.

import { Construct } from 'constructs';
import { MonitoredResource } from '../monitored-resource';
import { rendered } from '../private/rendered';
import { EndpointFleetProps } from './declarations';

/** `Custom::EndpointFleet`. */
export class EndpointFleet extends MonitoredResource {
  constructor(scope: Construct, id: string, props: EndpointFleetProps) {
    super(scope, id, {
      ...props,
      resourceType: 'Custom::EndpointFleet',
      properties: rendered('EndpointFleet', props),
    });
  }
}
