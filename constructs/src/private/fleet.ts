import { Token, Tokenization } from 'aws-cdk-lib';
import { GPUS } from './gpus';

/** Seconds between two samples where nothing is declared: the API's default, and the provider's. */
const FREQUENCY = 60;

/** A variant, as far as metrics depend on it. Numbers are written as expressions take them, since each may be a token. */
export interface VariantFacts {
  readonly name: string;
  readonly hasInstances: boolean;
  /** Models are placed on it as inference components. */
  readonly hostsComponents: boolean;
  readonly shadow: boolean;
  /** GPUs of one instance; undefined where that isn't known. */
  readonly gpus?: string;
  /** Dollars for one instance for one hour; undefined where that isn't known. */
  readonly price?: string;
  readonly partitioned: boolean;
}

/** What metrics depend on, read from a declaration under the provider's names. */
export class Fleet {
  /**
   * @param declared a declaration under the provider's names
   * @param makesConfig whether the resource makes the endpoint's config, so that the provider's defaults hold
   */
  constructor(
    private readonly declared: { [name: string]: any },
    private readonly makesConfig: boolean,
  ) {}

  /** Seconds between two samples, F in the formulas. */
  public get frequency(): string {
    return written(this.metrics.MetricPublishFrequencyInSeconds ?? FREQUENCY);
  }

  /** Whether metrics tell instances, copies and GPUs apart. A token counts as true. */
  public get enhanced(): boolean {
    const enabled = this.metrics.EnableEnhancedMetrics;
    return enabled !== undefined && enabled !== false && enabled !== 'false';
  }

  public get asynchronous(): boolean {
    return this.declared.AsyncInferenceConfig !== undefined;
  }

  /** Names of the metric dimension that may identify a GPU. */
  public get gpuDimensions(): string[] {
    const declared = this.declared.GpuDimension ?? 'Auto';
    return declared === 'Auto' || Token.isUnresolved(declared) ? ['GpuId', 'AcceleratorId'] : [declared];
  }

  public get variants(): VariantFacts[] {
    const { ProductionVariants: production, ShadowProductionVariants: shadow } = this.declared;
    if (!Array.isArray(production)) {
      throw new Error('productionVariants: metrics need them, because series are named after variants. List them.');
    }
    return [...production.map((one) => this.facts(one, false)), ...(shadow ?? []).map((one: any) => this.facts(one, true))];
  }

  /** The variant that models share as inference components. SageMaker takes them on a single variant. */
  public get host(): VariantFacts | undefined {
    return this.variants.find((variant) => variant.hostsComponents);
  }

  /** Whether inference components may be on the endpoint: unless its variants are known and each has a model of its own. */
  public get mayHostComponents(): boolean {
    return !Array.isArray(this.declared.ProductionVariants) || this.host !== undefined;
  }

  /** Declares one more model. */
  public add(component: { [name: string]: any }): void {
    this.declared.InferenceComponents = [...(this.declared.InferenceComponents ?? []), component];
  }

  /** Names of the declared models. */
  public get components(): string[] {
    return (this.declared.InferenceComponents ?? []).map((component: any) => component.Name);
  }

  private get metrics(): any {
    if (this.declared.MetricsConfig !== undefined) {
      return this.declared.MetricsConfig;
    }
    if (!this.makesConfig) {
      throw new Error("metricsConfig: metrics depend on how often the endpoint publishes. Give what the endpoint's config has.");
    }
    // Without a MetricsConfig the provider switches enhanced metrics on.
    return { EnableEnhancedMetrics: true };
  }

  private facts(variant: any, shadow: boolean): VariantFacts {
    const own = (this.declared.Variants ?? []).find((one: any) => one.VariantName === variant.VariantName) ?? {};
    const gpus = own.GpusPerInstance ?? this.declared.GpusPerInstance ?? GPUS[variant.InstanceType];
    const price = own.CostPerHour ?? this.declared.CostPerHour;
    const hasInstances = variant.ServerlessConfig === undefined;
    return {
      name: variant.VariantName,
      shadow,
      hasInstances,
      hostsComponents: hasInstances && variant.ModelName === undefined,
      gpus: gpus === undefined ? undefined : written(gpus),
      price: price === undefined || price === 'Auto' ? undefined : written(price),
      partitioned: (variant.AcceleratorPartitionLayouts ?? []).length > 0,
    };
  }
}

/** A number as an expression takes it: a token's string, or its digits. */
export function written(number: any): string {
  return typeof number === 'number' ? Tokenization.stringifyNumber(number) : String(number);
}
