import type { DelayChange } from "../../domain/alarms/propose-delays.ts";
import type { Rule } from "../../domain/alarms/rule.ts";
import { formatNumber } from "../composables/format.ts";
import { useText } from "../composables/use-text.ts";
import { delayText, numberText, percentText } from "./alarm-text.ts";
import { al } from "./text.ts";
import type { Outcome, Trial } from "./use-delay-trial.ts";

const { locale } = useText();
/** The configuration node of the flows that are shipped: an import finds it by its id. */
const SHIPPED_PLATFORM = "antbox-platform-main";

/** `Off-delay 3 min → 10 min`; of the rule in force, that it is. */
export function variantText({ changes }: Pick<Trial, "changes">): string {
  return changes.length === 0 ? al("trial.present") : changes.map(changeText).join(al("joint"));
}

function changeText({ what, point, from, to }: DelayChange): string {
  const text = (value: number): string => (what === "deadband" ? numberText(point, value, null) : delayText(value));
  return al(`trial.${what}`, { point: point ?? "", from: text(from), to: text(to) });
}

export function perDayText({ perDay }: Outcome): string {
  return formatNumber(perDay, perDay < 10 ? 2 : 1, locale.value);
}

/** What a variant costs of the time before the controller trips. */
export function lostLeadText(present: Outcome, { medianLeadS, trips }: Outcome): string {
  if (trips === 0 || present.medianLeadS === null) return al("trial.no-trip");
  if (medianLeadS === null) return al("trial.no-warning");
  const lostS = Math.round(present.medianLeadS - medianLeadS);
  return lostS > 0 ? delayText(lostS) : al("trial.nothing");
}

/** What it would change, sentence by sentence. */
export function changeSentences(present: Outcome, { changes, outcome }: Trial): string[] {
  const fewer = present.announced - outcome.announced;
  const values = {
    what: variantText({ changes }),
    n: Math.abs(fewer),
    before: present.announced,
    after: outcome.announced,
    share: percentText(present.announced === 0 ? null : Math.abs(fewer) / present.announced, 0),
  };
  const loudness = fewer > 0 ? "trial.says-fewer" : fewer < 0 ? "trial.says-more" : "trial.says-same";
  return [al(loudness, values), behaviour(present, outcome), warning(present, outcome)];
}

function behaviour(present: Outcome, outcome: Outcome): string {
  return al("trial.says-behaviour", {
    fleetingBefore: present.fleeting,
    fleeting: outcome.fleeting,
    chatteringBefore: present.chattering,
    chattering: outcome.chattering,
  });
}

function warning(present: Outcome, outcome: Outcome): string {
  if (present.trips === 0) return al("trial.says-no-trip");
  const values = { trips: outcome.trips, before: present.warned, after: outcome.warned };
  const lost = lostLeadText(present, outcome);
  return `${al("trial.says-warned", values)} ${al("trial.says-lead", { lost })}`;
}

/** As the editor's import takes it: one node, on the platform of the shipped flows, beside nothing yet. */
export function nodeText(rule: Rule): string {
  const node = {
    id: `rule-${rule.id}`,
    type: "alert-rule",
    name: "",
    platform: SHIPPED_PLATFORM,
    version: 1,
    rule,
    x: 320,
    y: 100,
    wires: [[]],
  };
  return JSON.stringify([node], null, 2);
}
