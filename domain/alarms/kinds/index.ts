import type { ConditionKind } from "../condition.ts";
import { allKind } from "./all.ts";
import { anyKind } from "./any.ts";
import { changeKind } from "./change.ts";
import { countKind } from "./count.ts";
import { deviationKind } from "./deviation.ts";
import { expressionKind } from "./expression.ts";
import { faultKind } from "./fault.ts";
import { fittedKind } from "./fitted.ts";
import { flagKind } from "./flag.ts";
import { forecastKind } from "./forecast.ts";
import { frozenKind } from "./frozen.ts";
import { heldKind } from "./held.ts";
import { jumpKind } from "./jump.ts";
import { limitKind } from "./limit.ts";
import { lostContactKind } from "./lost-contact.ts";
import { nOfKind } from "./n-of.ts";
import { noReadingKind } from "./no-reading.ts";
import { notKind } from "./not.ts";
import { overdueKind } from "./overdue.ts";
import { rateKind } from "./rate.ts";
import { sitesKind } from "./sites.ts";

/** Every kind of condition, by the word that rules use. A new kind is its file and one line here. */
export const CONDITION_KINDS: Readonly<Record<string, ConditionKind>> = {
  limit: limitKind,
  deviation: deviationKind,
  rate: rateKind,
  jump: jumpKind,
  frozen: frozenKind,
  "no-reading": noReadingKind,
  forecast: forecastKind,
  flag: flagKind,
  fault: faultKind,
  change: changeKind,
  "lost-contact": lostContactKind,
  overdue: overdueKind,
  expression: expressionKind,
  count: countKind,
  held: heldKind,
  fitted: fittedKind,
  all: allKind,
  any: anyKind,
  not: notKind,
  "n-of": nOfKind,
  sites: sitesKind,
};
