/** What one instance costs. It is a list price or your own, never the bill. */
export class CostPerHour {
  /** The Region's on-demand list price, which the provider looks up at each create and update. */
  public static readonly LIST_PRICE = new CostPerHour('Auto');

  /**
   * Dollars for one instance for one hour.
   *
   * @param dollars more than 0
   */
  public static dollars(dollars: number): CostPerHour {
    return new CostPerHour(dollars);
  }

  /** What the provider takes: dollars, or `Auto`. */
  public readonly value: any;

  private constructor(value: number | 'Auto') {
    this.value = value;
  }
}
