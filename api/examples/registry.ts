import { ALARM_EXAMPLES } from "./alarms.ts";
import { BASELINE_EXAMPLES } from "./baselines.ts";
import { COMMAND_EXAMPLES } from "./commands.ts";
import type { Examples } from "./example.ts";
import { FLEET_EXAMPLES } from "./fleet.ts";
import { INVENTORY_EXAMPLES } from "./inventory.ts";
import { NOTIFICATION_EXAMPLES } from "./notification.ts";
import { PEOPLE_EXAMPLES } from "./people.ts";
import { PLATFORM_EXAMPLES } from "./platform.ts";
import { VIDEO_EXAMPLES } from "./video.ts";

/** One for every row that takes a body or answers JSON. */
export const EXAMPLES: Examples = {
  ...FLEET_EXAMPLES,
  ...ALARM_EXAMPLES,
  ...BASELINE_EXAMPLES,
  ...COMMAND_EXAMPLES,
  ...INVENTORY_EXAMPLES,
  ...NOTIFICATION_EXAMPLES,
  ...PEOPLE_EXAMPLES,
  ...PLATFORM_EXAMPLES,
  ...VIDEO_EXAMPLES,
};
