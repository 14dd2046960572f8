import type { Interlock } from "../interlock.ts";
import { freshData } from "./fresh-data.ts";
import { leastGap } from "./least-gap.ts";
import { mostChange } from "./most-change.ts";
import { mostOften } from "./most-often.ts";
import { noEmergency } from "./no-emergency.ts";
import { noLock } from "./no-lock.ts";
import { plcConnected } from "./plc-connected.ts";
import { reasonGiven } from "./reason-given.ts";
import { roleAllows } from "./role-allows.ts";
import { siteEnabled } from "./site-enabled.ts";
import { writesOn } from "./writes-on.ts";

/** What every command of every kind has to meet, before the interlocks of its own kind. */
export const COMMON_INTERLOCKS: readonly Interlock[] = [
  siteEnabled,
  writesOn,
  noLock,
  noEmergency,
  roleAllows,
  reasonGiven,
  freshData,
  plcConnected,
  leastGap,
  mostOften,
  mostChange,
];
