import { CfnTag, CustomResource, Duration, ITaggable, Lazy, TagManager, TagType } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';

/** What every resource of the provider takes beside its own properties. */
export interface ProviderProps {
  /**
   * ARN of the provider's function. With a provider stack called `monitored-endpoint`, `Fn.importValue('monitored-endpoint-ServiceToken')`
   * is its export.
   *
   * @default - read from the SSM parameter `/monitored-endpoint/service-token` when the stack is deployed
   */
  readonly serviceToken?: string;

  /**
   * How long CloudFormation waits for the provider, at most an hour.
   *
   * @default - an hour for MonitoredEndpoint, 15 minutes for all others
   */
  readonly serviceTimeout?: Duration;

  /**
   * Tags of everything that the provider makes. Tags that `Tags.of(scope).add()` puts on the construct are among them.
   *
   * @default - none but the provider's own
   */
  readonly tags?: CfnTag[];
}

/** What a resource takes that makes an endpoint config. */
export interface RoleProps extends ProviderProps {
  /**
   * The role that SageMaker runs the endpoint with. The resource is created after the role's policies and deleted before them.
   *
   * @default - none: each model brings its own
   */
  readonly executionRole?: iam.IRole;
}

/** What a resource is made of. */
export interface MonitoredResourceProps extends ProviderProps {
  /** Its type, such as `Custom::EndpointMonitoring`. */
  readonly resourceType: string;

  /** What it declares, under the provider's names. */
  readonly properties: { [name: string]: any };
}

/** A resource that the provider answers for. */
export class MonitoredResource extends Construct implements ITaggable {
  /** The SSM parameter that the provider stack keeps its function's ARN in. */
  public static readonly SERVICE_TOKEN_PARAMETER = '/monitored-endpoint/service-token';

  /** Tags of everything that the provider makes for it. */
  public readonly tags: TagManager;

  /** Its `Ref`: an endpoint's, a config's or a dashboard's name. */
  public readonly ref: string;

  private readonly resource: CustomResource;

  constructor(scope: Construct, id: string, props: MonitoredResourceProps) {
    super(scope, id);
    this.tags = new TagManager(TagType.STANDARD, props.resourceType, props.tags);
    // The provider answers CloudFormation by itself, so the CDK's provider framework isn't between them.
    this.resource = new CustomResource(this, 'Resource', {
      resourceType: props.resourceType,
      serviceToken:
        props.serviceToken ?? ssm.StringParameter.valueForStringParameter(this, MonitoredResource.SERVICE_TOKEN_PARAMETER),
      serviceTimeout: props.serviceTimeout ?? Duration.minutes(15),
      properties: { ...props.properties, Tags: Lazy.any({ produce: () => this.renderedTags() }) },
    });
    this.ref = this.resource.ref;
  }

  /**
   * An attribute, as docs/behaviour.md lists them. It is an empty string while its thing isn't made.
   *
   * @param name such as `DashboardUrl`
   */
  public attribute(name: string): string {
    return this.resource.getAttString(name);
  }

  private renderedTags(): CfnTag[] | undefined {
    const tags = Object.entries(this.tags.tagValues());
    return tags.length > 0 ? tags.map(([key, value]) => ({ Key: key, Value: value }) as unknown as CfnTag) : undefined;
  }
}
