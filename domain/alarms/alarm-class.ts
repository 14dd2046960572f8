import { z } from "zod";

/** What an alarm is about: the plant, or the platform that watches it. Routes of notification tell them apart by it. */
export const AlarmClass = z.enum(["process", "platform"]);
export type AlarmClass = z.infer<typeof AlarmClass>;

/** Ids of rules that begin with this are the platform's own. */
export const PLATFORM_PREFIX = "platform-";
/** A rule of a flow that is about the platform all the same: it doubts its own collection. */
const ABOUT_COLLECTION = "scan-suspect";

/** The class of a rule's alarms. */
export function alarmClassOf(ruleId: string): AlarmClass {
  return ruleId.startsWith(PLATFORM_PREFIX) || ruleId === ABOUT_COLLECTION ? "platform" : "process";
}
