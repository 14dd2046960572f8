import { z } from "zod";
import { numbersFrom } from "../_shared/editor-values.ts";

/** What the editor saves for this node. Number fields arrive as text. */
export type DbQueryConfig = { sql?: string; isReadOnly?: boolean; rowLimit?: string; timeoutMs?: string };

const QuerySettings = z.strictObject({
  sql: z.string().trim().min(1, "SQL must not be empty").max(20_000),
  isReadOnly: z.boolean(),
  rowLimit: z.int().min(1).max(10_000),
  timeoutMs: z.int().min(100).max(30_000),
});
export type QuerySettings = z.infer<typeof QuerySettings>;

/** @throws {Error} naming the field, the value and what is allowed */
export function readSettings(config: DbQueryConfig): QuerySettings {
  const numbers = numbersFrom(config, ["rowLimit", "timeoutMs"]);
  const parsed = QuerySettings.safeParse({ sql: config.sql, isReadOnly: config.isReadOnly ?? true, ...numbers });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const field = path.join(".");
    return `${field}: ${message}, is ${JSON.stringify(config[field as keyof DbQueryConfig] ?? null)?.slice(0, 60)}`;
  });
  throw new Error(problems.join("; "));
}
