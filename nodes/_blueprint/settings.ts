import { z } from "zod";
import { numbersFrom } from "../_shared/editor-values.ts";
import { type BlueprintConfig, migrateSettings } from "./migrate-settings.ts";

const Settings = z.strictObject({ slowAfterMs: z.number().min(0).max(60_000) });
export type Settings = z.infer<typeof Settings>;

/** @throws {Error} naming the field, the value and what is allowed */
export function readSettings(saved: BlueprintConfig): Settings {
  const config = migrateSettings(saved);
  const parsed = Settings.safeParse(numbersFrom(config, ["slowAfterMs"]));
  if (parsed.success) return parsed.data;
  const { message } = parsed.error.issues[0] ?? { message: "is wrong" };
  throw new Error(`slowAfterMs: ${message}, is ${JSON.stringify(config.slowAfterMs ?? null)}`);
}
