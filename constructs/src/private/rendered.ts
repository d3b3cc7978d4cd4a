import { Duration, Tokenization } from 'aws-cdk-lib';
import { CostPerHour } from '../cost-per-hour';
import { SHAPES } from '../generated/shapes';

/** What a construct was given, under the provider's names. What is undefined, or isn't the structure's, is left out. */
export function rendered(structure: string, given: object): { [name: string]: any } {
  const members = SHAPES[structure];
  const declared: { [name: string]: any } = {};
  for (const [member, value] of Object.entries(given)) {
    if (member in members && value !== undefined) {
      declared[members[member].name] = renderedValue(members[member].holds, value);
    }
  }
  return declared;
}

function renderedValue(structure: string | undefined, value: any): any {
  if (value instanceof CostPerHour) {
    return value.value;
  }
  if (value instanceof Duration) {
    return value.toSeconds();
  }
  if (Tokenization.isResolvable(value)) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item) => renderedValue(structure, item));
  }
  return structure === undefined ? value : rendered(structure, value);
}
