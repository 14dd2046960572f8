import { ALARM_EXAMPLES } from "./alarms.ts";
import type { Examples } from "./example.ts";
import { FLEET_EXAMPLES } from "./fleet.ts";
import { INVENTORY_EXAMPLES } from "./inventory.ts";
import { PEOPLE_EXAMPLES } from "./people.ts";
import { PLATFORM_EXAMPLES } from "./platform.ts";

/** One for every row that takes a body or answers JSON. */
export const EXAMPLES: Examples = {
  ...FLEET_EXAMPLES,
  ...ALARM_EXAMPLES,
  ...INVENTORY_EXAMPLES,
  ...PEOPLE_EXAMPLES,
  ...PLATFORM_EXAMPLES,
};
