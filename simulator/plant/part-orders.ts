/** What is ordered of single parts of a plant. Controllers that take no such orders leave everything as it is at start. */
export type PartOrders = {
  readonly isAutomatic: boolean;
  readonly pumpOn: boolean;
  /** Speed of the circulation pump, Hz; 50 where it cannot be varied. */
  readonly pumpHz: number;
  /** Of each tower fan: its speed in Hz, 0 = off, null = as the controller decides. */
  readonly fansHz: readonly [number | null, number | null, number | null];
  readonly spray: "on" | "off" | "auto";
  readonly refilling: boolean;
  readonly minersAsleep: number;
  /** Numbers of the outlets that are off; each carries one miner. */
  readonly outletsOff: readonly number[];
};

export const NO_PART_ORDERS: PartOrders = {
  isAutomatic: true,
  pumpOn: true,
  pumpHz: 50,
  fansHz: [null, null, null],
  spray: "auto",
  refilling: false,
  minersAsleep: 0,
  outletsOff: [],
};

/** How many of the miners are left on. */
export function minersLeftOn(miners: number, { minersAsleep, outletsOff }: PartOrders): number {
  return Math.max(0, miners - minersAsleep - outletsOff.length);
}
