import { z } from "zod";
import { ImportProblem } from "./import-row.ts";

/** What an import found in a file, and what became of it. */
export const ImportReport = z
  .strictObject({
    isDryRun: z.boolean(),
    isStored: z.boolean().describe("False for a dry run, and for a file with problems unless bad lines are skipped"),
    rows: z.int().describe("Good lines"),
    added: z.int().describe("Rows that are new"),
    alreadyThere: z.int().describe("Rows whose site and time were stored already, or stood in the file twice"),
    sites: z.int(),
    points: z.array(z.string()),
    from: z.iso.datetime().nullable(),
    to: z.iso.datetime().nullable(),
    problemCount: z.int(),
    problems: z.array(ImportProblem).describe("The first 100"),
  })
  .meta({ id: "ImportReport", description: "What an import found in a file, and what became of it" });
export type ImportReport = z.infer<typeof ImportReport>;
