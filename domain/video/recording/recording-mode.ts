import { z } from "zod";

/** What is kept of a camera. `key_frames`: one picture of each segment; `around_alarm`: from before an alarm until after it. */
export const RECORDING_MODES = ["off", "continuous", "key_frames", "around_alarm"] as const;
export type RecordingMode = (typeof RECORDING_MODES)[number];

/** Which rendition of a camera that has several: the one with the fewest bits, as on a wall, or the one with the most. */
const RECORDED_RENDITIONS = ["smallest", "largest"] as const;
export type RecordedRendition = (typeof RECORDED_RENDITIONS)[number];

const Rule = z.strictObject({
  /** A site, or all sites of a zone. */
  kind: z.enum(["site", "zone"]),
  name: z.string().min(1).max(64),
  mode: z.enum(RECORDING_MODES),
});

const MOST_RULES = 1_000;
/** Before and after an alarm: longer than that belongs into `continuous` [J]. */
const LONGEST_ROLL_S = 600;

/** What a node of a flow asks to be recorded. */
export const RecordingSettings = z.strictObject({
  /** Of every camera that no rule names. */
  mode: z.enum(RECORDING_MODES),
  rules: z.array(Rule).max(MOST_RULES),
  /** Absent in what an older version has stored. */
  rendition: z.enum(RECORDED_RENDITIONS).default("smallest"),
  preRollS: z.int().min(0).max(LONGEST_ROLL_S),
  postRollS: z.int().min(1).max(LONGEST_ROLL_S),
  keepDays: z.int().min(1).max(3_650),
  /** Of all cameras together, in GB of 10⁹ bytes. */
  maxGb: z.int().min(1).max(1_000_000),
});
export type RecordingSettings = z.infer<typeof RecordingSettings>;

/** What is recorded of one camera: a rule for the site goes before one for its zone; of several the last counts. */
export function modeFor(
  { mode, rules }: Pick<RecordingSettings, "mode" | "rules">,
  site: { readonly id: string; readonly zone: string },
): RecordingMode {
  const ofSite = rules.findLast(({ kind, name }) => kind === "site" && name === site.id);
  const ofZone = rules.findLast(({ kind, name }) => kind === "zone" && name === site.zone);
  return (ofSite ?? ofZone)?.mode ?? mode;
}

/**
 * Rules as people write them, one a line: `site-001 continuous`, `zone:north off`. Blank lines and what follows a `#` do
 * not count.
 *
 * @throws {Error} that names the line and what is allowed
 */
export function parseRecordingRules(text: string): RecordingSettings["rules"] {
  return text.split("\n").flatMap((line, index) => {
    const words = line.replace(/#.*/, "").trim();
    if (words === "") return [];
    const [, zone, name, mode] = /^(zone:\s*)?(.{1,64}?)\s+(\w+)$/.exec(words) ?? [];
    const known = RECORDING_MODES.find((one) => one === mode);
    if (name === undefined || known === undefined)
      throw new Error(
        `rules, line ${index + 1}: ${JSON.stringify(words)} is neither "<site> <mode>" nor "zone:<zone> <mode>"; a mode is one of ${RECORDING_MODES.join(", ")}`,
      );
    return [{ kind: zone === undefined ? ("site" as const) : ("zone" as const), name, mode: known }];
  });
}
