import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openJournal } from "../../../adapters/journal/open-journal.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { anEntry, inspect } from "./journal-under-test.ts";

/** Runs on a volume of 48 MB: fills it from outside, goes on appending, makes room again, and says how it went. */
const folder = process.argv[2] ?? "";
const path = join(folder, "journal.sqlite");
const ballast = join(folder, "ballast");
const log = recordedLog();
const journal = openJournal({ path, capBytes: 8 * 1024 * 1024, log });
let next = 0;

async function append(count: number): Promise<(number | null)[]> {
  const ids: (number | null)[] = [];
  for (let done = 0; done < count; done += 50) {
    ids.push(...(await Promise.all(Array.from({ length: 50 }, () => journal.append(anEntry("site-001", next++))))));
  }
  return ids;
}

const kept = await append(200);
fill();
const whileFull = await append(3_000);
const stateWhileFull = journal.stats();
journal.acknowledge(whileFull.flatMap((id) => id ?? []));
rmSync(ballast);
const afterwards = await append(200);
const stateAfterwards = journal.stats();
journal.close();
const report = {
  keptBefore: kept.every((id) => id !== null),
  refused: whileFull.filter((id) => id === null).length,
  stateWhileFull,
  keptAfterwards: afterwards.every((id) => id !== null),
  stateAfterwards,
  errors: log.texts("error"),
  file: inspect(path),
};
process.stdout.write(`${JSON.stringify(report)}\n`);

function fill(): void {
  for (let bytes = 1024 * 1024; bytes >= 4096; bytes /= 4) {
    try {
      for (let n = 0; n < 1_000; n += 1) writeFileSync(ballast, Buffer.alloc(bytes), { flag: "a" });
    } catch {
      // Full at this grain; the next, finer one fills what is left.
    }
  }
}
