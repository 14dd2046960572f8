import { createSystemClock } from "../../adapters/controller/system-clock.ts";
import { openDatabase } from "../../adapters/database/open-database.ts";
import { createLeaseKeeper } from "../../adapters/leases/lease-keeper.ts";
import { FENCE_SQL } from "../../adapters/leases/lease-store.ts";

/**
 * A process that acts whenever it believes to be the leader: once as one would without a fence, and once with it. What it
 * believes is what it was last told, as in a program that does not look at the clock.
 */
const [url = "", holder = ""] = process.argv.slice(2);
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const database = await openDatabase({ url, dataDir: "", log: silent });
await database.whenReady();
const keeper = createLeaseKeeper({
  database,
  holder,
  clock: createSystemClock(),
  log: silent,
  ttlMs: 600,
  renewMs: 150,
});
let token: number | undefined;
keeper.onChange(() => {
  token = keeper.held().get("scheduler");
});
keeper.want(["scheduler"]);
process.stdout.write("running\n");

for (;;) {
  const believed = token;
  if (believed !== undefined) {
    await database.query("insert into effect (kind, token) values ('naive', $1)", [believed]).catch(() => undefined);
    await database
      .query(`with ${FENCE_SQL} insert into effect (kind, token) select 'fenced', $3::bigint from fence`, [
        "scheduler",
        holder,
        believed,
      ])
      .catch(() => undefined);
  }
  await new Promise((resolve) => setTimeout(resolve, 5));
}
