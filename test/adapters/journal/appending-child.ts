import { writeSync } from "node:fs";
import { openJournal } from "../../../adapters/journal/open-journal.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { anEntry } from "./journal-under-test.ts";

/** So many are written at once, so that the process dies between one commit and the next, or in the middle of one. */
const GROUP = 100;

/**
 * Appends entries and acknowledges every third, until it is killed. It says `+ id` after an append has resolved, and `- id`
 * before an acknowledgement is asked for.
 */
const [path, first] = process.argv.slice(2);
const journal = openJournal({ path: path ?? "", capBytes: 64 * 1024 * 1024, log: recordedLog() });
for (const { id } of journal.pending(1_000_000, 0)) say(`= ${id}`);
say("ready");
for (let n = Number(first); ; n += GROUP) {
  const round = Array.from({ length: GROUP }, (_, i) => journal.append(anEntry("site-001", n + i)));
  for (const id of await Promise.all(round)) {
    say(`+ ${id}`);
    if (Number(id) % 3 !== 0) continue;
    say(`- ${id}`);
    journal.acknowledge([Number(id)]);
  }
}

/** At once, or what was said last would die with the process while what came of it stands in the file. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}
