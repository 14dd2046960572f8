import { z } from "zod";
import { FaultName } from "../../points/faults.ts";
import { SiteId } from "../../sites/site-id.ts";
import { PointValue } from "../../telemetry/snapshot.ts";
import { AlarmId, Priority, RuleId, SegmentId } from "../alarm.ts";

const Time = z.iso.datetime();
const Count = z.int().min(0);

/** One time that a rule's condition held, delays included. */
export const Firing = z
  .strictObject({
    alarmId: AlarmId,
    siteId: SiteId.nullable(),
    segmentId: SegmentId.nullable(),
    ruleId: RuleId,
    beginAt: Time,
    endAt: Time.nullable().describe("null: it still held at the end of the stretch"),
    priority: Priority.describe("The worst that it had"),
    point: z.string().nullable(),
    value: PointValue.describe("At the begin"),
    peak: PointValue.describe("The value furthest beyond the limit; of a segment or the fleet that at the begin"),
    limit: z.number().nullable(),
    unit: z.string().nullable(),
    announced: Count.describe("How often people would have been told of it"),
    hiddenBy: z.string().nullable().describe("What hid it at the begin: a parent alarm or a reason by design"),
    maintenanceS: Count.describe("Of its time, that in which the site was under maintenance"),
    curtailmentS: Count.describe("Of its time, that in which the site was curtailed"),
    trip: z
      .strictObject({ fault: FaultName, at: Time, leadS: z.int() })
      .nullable()
      .describe("The controller's own trip that belongs to it; a positive lead: the alarm came first"),
  })
  .meta({ id: "BackTestFiring", description: "One time that a rule would have fired" });
export type Firing = z.infer<typeof Firing>;

const RuleOutcome = z
  .strictObject({
    ruleId: RuleId,
    priority: Priority,
    firings: Count,
    hidden: Count.describe("Firings of which nobody would ever have been told"),
    announced: Count,
    sites: Count.describe("Sites at which it fired"),
    activeS: Count,
    maintenanceS: Count,
    curtailmentS: Count,
    flaps: Count.describe("Returns within 15 minutes of the announcement"),
    chattering: Count.describe("Subjects at which it changed more than 5 times within 5 minutes"),
    fleeting: Count.describe("Firings that lasted for less than 10 s, or for a single sample"),
    perDay: z.number().min(0).describe("Announcements of the whole fleet in 24 h"),
    budgetShare: z.number().min(0).describe("0 for priority low, which asks nobody for anything"),
    trips: Count.describe("How often the controller set one of the faults that the rule warns of"),
    warned: Count.describe("Of those, how often the alarm had begun before"),
    medianLeadS: z.number().nullable(),
  })
  .meta({ id: "BackTestRule" });
export type RuleOutcome = z.infer<typeof RuleOutcome>;

/** What rules would have done over a stretch of history. */
export const BackTestResult = z
  .strictObject({
    from: Time,
    to: Time,
    slots: Count.describe("Rounds that were judged"),
    snapshots: Count,
    sites: Count,
    siteDays: z.number().min(0).describe("Time that is covered by history × sites"),
    coverage: z.number().min(0).max(1).describe("Share of the stretch about which there is history"),
    firings: Count,
    announced: Count.describe("Times that people would have been told, without priority low"),
    events: Count.describe("The same of priority low"),
    perDay: z.number().min(0).describe("`announced` in 24 h, of the whole fleet"),
    budget: z.strictObject({
      perSiteDay: z.number().positive(),
      perDay: z.number().min(0).describe("What the fleet may have in 24 h"),
      share: z.number().min(0).describe("Of the budget, what these rules take"),
    }),
    rules: z.array(RuleOutcome).describe("Most announcements first"),
    perSite: z
      .array(z.strictObject({ siteId: SiteId, firings: Count, announced: Count }))
      .describe("Sites at which something fired, most announcements first"),
    items: z.array(Firing).describe("In order of their begin; of very many the first ones"),
    isCut: z.boolean().describe("There were more firings than `items` holds; the counts are of all of them"),
  })
  .meta({ id: "BackTestResult", description: "What rules would have done over a stretch of history" });
export type BackTestResult = z.infer<typeof BackTestResult>;
