import { z } from "zod";
import { SiteId } from "../../domain/sites/site-id.ts";
import { Step } from "../../domain/telemetry/history-level.ts";
import { numbersFrom } from "../_shared/editor-values.ts";

/** What the editor saves for this node. Number fields arrive as text; site and points may be blank. */
export type HistoryQueryConfig = { siteId?: string; points?: string; lastHours?: string; step?: string };

const QuerySettings = z.strictObject({
  siteId: z.union([z.literal(""), SiteId]),
  points: z.string().max(2000),
  lastHours: z.number().positive().max(87_600),
  step: Step,
});
/** What is asked for where a message does not say. */
export type QuerySettings = z.infer<typeof QuerySettings>;

/** @throws {Error} naming the field, the value and what is allowed */
export function readSettings({
  siteId = "",
  points = "",
  step = "auto",
  ...config
}: HistoryQueryConfig): QuerySettings {
  const given = { siteId: siteId.trim(), points: points.trim(), step, ...numbersFrom(config, ["lastHours"]) };
  const parsed = QuerySettings.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const value = { siteId, points, step, lastHours: config.lastHours }[String(path[0])];
    return `${path.join(".")}: ${message}, is ${JSON.stringify(value ?? null).slice(0, 60)}`;
  });
  throw new Error(problems.join("; "));
}
