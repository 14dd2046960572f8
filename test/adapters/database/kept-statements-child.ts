import v8 from "node:v8";
import vm from "node:vm";
import pg from "pg";
import { runStatement } from "../../../adapters/database/session.ts";

/**
 * `<address of a server>`: prints, as JSON, how many bytes of the old generation each statement leaves behind when only the
 * young one is collected, by the driver's own promise and by ours.
 */
v8.setFlagsFromString("--expose-gc");
const collect = vm.runInNewContext("gc") as (options?: { type: "minor" | "major" }) => void;
const STATEMENTS = 600;
const text = "select 1 as a, 2 as b, 3 as c, 4 as d, 5 as e";
const client = new pg.Client({ connectionString: process.argv[2] });
await client.connect();

const ways = {
  driver: () => client.query({ text, values: [], queryMode: "extended" } as pg.QueryConfig),
  ours: () => runStatement(client, { text }),
};
const left: Record<string, number> = {};
for (const [name, way] of Object.entries(ways)) {
  // What the first ones compile and keep is no cost of a statement.
  await run(way);
  collect({ type: "major" });
  const before = oldBytes();
  await run(way);
  left[name] = Math.round((oldBytes() - before) / STATEMENTS);
}
process.stdout.write(JSON.stringify(left));
await client.end();

async function run(way: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < STATEMENTS; i += 1) {
    await way();
    if (i % 50 === 0) collect({ type: "minor" });
  }
}

/** Whatever is alive after three rounds has moved there. */
function oldBytes(): number {
  for (let i = 0; i < 3; i += 1) collect({ type: "minor" });
  return v8.getHeapSpaceStatistics().find((space) => space.space_name === "old_space")?.space_used_size ?? 0;
}
