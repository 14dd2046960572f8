import { z } from "zod";
import { SiteId } from "./site-id.ts";

const Text = z.strictObject({ "zh-CN": z.string(), en: z.string() });

/** Why a row of an inventory cannot be taken. */
export const RowProblem = z
  .strictObject({
    field: z.string().describe("Path inside the row, such as `controller.profile`"),
    value: z
      .string()
      .nullable()
      .describe("What stands there, shortened; null for an address, and where nothing stands"),
    allowed: Text.describe("What may stand there"),
  })
  .meta({ id: "ImportProblem" });
export type RowProblem = z.infer<typeof RowProblem>;

/** What becomes of one row. */
export const ImportRow = z
  .strictObject({
    row: z.int().min(1),
    line: z.int().nullable().describe("Line of the file where the row begins; null when it is not known"),
    id: z.string().nullable(),
    verdict: z.enum(["added", "changed", "unchanged", "error"]),
    changes: z.array(z.string()).describe("Fields that change"),
    problems: z.array(RowProblem),
  })
  .meta({ id: "ImportRow" });
export type ImportRow = z.infer<typeof ImportRow>;

const Count = z.int().min(0);

/** What an import does, or would do. */
export const SiteImportReport = z
  .strictObject({
    isDryRun: z.boolean(),
    isApplied: z.boolean().describe("All of it or nothing: one bad row, and nothing is applied"),
    added: Count,
    changed: Count,
    unchanged: Count,
    errors: Count.describe("Rows that cannot be taken"),
    unlisted: Count.describe("Sites that the file does not name; they stay as they are"),
    rows: z.array(ImportRow).describe("Bad rows first, then what changes, then the rest; at most 2,000 of them"),
  })
  .meta({ id: "SiteImportReport" });
export type SiteImportReport = z.infer<typeof SiteImportReport>;

/** Words of the address of a site that lead elsewhere. */
const TAKEN = ["export", "import", "test-connection"];

export function isTakenId(id: string): boolean {
  return TAKEN.includes(id);
}

export const FreeSiteId = SiteId.refine((id) => !isTakenId(id), `must not be one of ${TAKEN.join(", ")}`);
