import { z } from "zod";
import { RuleId } from "../../domain/alarms/alarm.ts";

/** What the editor saves for this node. */
export type AlertRulesConfig = { ruleSet?: string; file?: string; except?: string };

const Settings = z.discriminatedUnion("ruleSet", [
  z.strictObject({ ruleSet: z.literal("starter"), except: z.array(RuleId) }),
  z.strictObject({
    ruleSet: z.literal("file"),
    /** In the folder `rules` beside the flows. No path: a flow that is brought along reads nothing else. */
    file: z.string().regex(/^[a-z0-9][a-z0-9-]{0,80}\.json$/, "must be a name such as my-rules.json"),
    except: z.array(RuleId),
  }),
]);
export type Settings = z.infer<typeof Settings>;

/** @throws {Error} naming the field, the value and what is allowed */
export function readSettings({ ruleSet = "starter", file = "", except = "" }: AlertRulesConfig): Settings {
  const ids = except.split(/[\s,，;；]+/).filter((id) => id !== "");
  const given = ruleSet === "file" ? { ruleSet, file: file.trim(), except: ids } : { ruleSet, except: ids };
  const parsed = Settings.safeParse(given);
  if (parsed.success) return parsed.data;
  const { path = [], message = "is wrong" } = parsed.error.issues[0] ?? {};
  const field = String(path[0] ?? "ruleSet");
  const value = path.length > 1 ? ids[Number(path[1])] : { ruleSet, file, except }[field];
  throw new Error(`${field}: ${message}, is ${JSON.stringify(value)}`);
}
