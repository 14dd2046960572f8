import { openDatabase } from "../../../adapters/database/open-database.ts";
import { recordedLog } from "../../services/recorded-log.ts";

/** Owns an embedded database and writes into it until it is killed; says each row that was acknowledged. */
const database = await openDatabase({ url: null, dataDir: process.argv[2] ?? "", log: recordedLog() });
for (let n = 1; ; n += 1) {
  await database.query("insert into profile_registry (code) values ($1)", [`profile-${n}@1`]);
  process.stdout.write(`${n}\n`);
}
