import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { createAuditSigner } from "../adapters/audit/audit-keys.ts";
import { createCheckpointFile } from "../adapters/audit/checkpoint-file.ts";
import { startCheckpointer } from "../adapters/audit/checkpointer.ts";
import { verifyDatabase } from "../adapters/audit/create-audit.ts";
import { openDatabase } from "../adapters/database/open-database.ts";
import { createFreshDatabase } from "../test/services/fresh-database.ts";
import { startPostgres } from "../test/services/postgres-server.ts";
import { recordedLog } from "../test/services/recorded-log.ts";

/**
 * Appending to the audit trail from 8 clients, each entry committed by itself with fsync on, beside the same rows in a
 * plain table; then verifying the whole chain with its checkpoints. Turns alternate. Targets: 100 appends/s, 30,000
 * verified rows/s.
 */
const CLIENTS = 8;
const TURNS = 3;
const APPENDS = Number(process.env["BENCH_APPENDS"] ?? 250);
const ROWS = Number(process.env["BENCH_ROWS"] ?? 100_000);
const TARGETS = { appendsPerS: 100, verifiedPerS: 30_000 };
const DETAIL = JSON.stringify({ after: { role: "operator", scope: null }, before: { role: "viewer", scope: null } });
const COLUMNS = "(actor_kind, actor, action, outcome, target, address, detail)";
const VALUES = "('user', 'admin', 'user:update', 'done', $1, '192.0.2.7', $2)";

const server = await startPostgres({ fsync: "on", shared_buffers: "256MB" });
const folder = mkdtempSync(join(tmpdir(), "antbox-bench-"));
try {
  await run();
} finally {
  await server.dispose();
  rmSync(folder, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const { url } = await createFreshDatabase(server.url, { timescale: false });
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => connect(url)));
  await clients[0]?.query(
    "create table plain as select seq, at, actor_kind, actor, action, outcome, target, address, detail from audit.entry",
  );
  await clients[0]?.query("alter table plain alter at set default clock_timestamp()");
  const rates = { chained: [] as number[], plain: [] as number[] };
  for (let turn = 0; turn < TURNS; turn += 1) {
    rates.plain.push(await appendFrom(clients, "plain"));
    rates.chained.push(await appendFrom(clients, "audit.entry"));
  }
  await fill(clients[0]);
  await Promise.all(clients.map((client) => client.end()));
  report(rates, await verify(url));
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, options: "-c timezone=UTC" });
  await client.connect();
  return client;
}

/** @returns rows a second */
async function appendFrom(clients: readonly pg.Client[], table: string): Promise<number> {
  const text = `insert into ${table} ${COLUMNS} values ${VALUES}`;
  const start = performance.now();
  await Promise.all(
    clients.map(async (client, number) => {
      for (let n = 0; n < APPENDS; n += 1) {
        await client.query({ name: `append-${table}`, text, values: [`user-${number}-${n}`, DETAIL] });
      }
    }),
  );
  return (clients.length * APPENDS * 1000) / (performance.now() - start);
}

async function fill(client: pg.Client | undefined): Promise<void> {
  // Each append of a transaction passes over the versions of the head that those before it left.
  const step = 200;
  for (let done = 0; done < ROWS; done += step) {
    await client?.query(
      `insert into audit.entry ${COLUMNS} select 'user', 'admin', 'user:update', 'done', 'user-' || n, '192.0.2.7', $2
        from generate_series(1, $1::int) as n`,
      [Math.min(step, ROWS - done), DETAIL],
    );
  }
}

async function verify(url: string): Promise<{ readonly rows: number; readonly perS: number[] }> {
  const database = await openDatabase({ url, dataDir: "", log: recordedLog() });
  const signer = createAuditSigner(new Uint8Array(32).fill(7));
  const file = createCheckpointFile(join(folder, "checkpoints.jsonl"));
  const checkpointer = startCheckpointer({ database, file, signer, isActive: () => true, log: recordedLog() });
  try {
    await checkpointer.checkpoint();
    const perS: number[] = [];
    let rows = 0;
    for (let turn = 0; turn < TURNS; turn += 1) {
      const withinMs = Number.POSITIVE_INFINITY;
      const result = await verifyDatabase({ database, file, keys: signer, withinMs, pageRows: 5_000 });
      if (!result.ok) throw new Error(`the trail is not good: ${JSON.stringify(result.firstBad)}`);
      rows = result.rows;
      perS.push((rows * 1000) / result.durationMs);
    }
    return { rows, perS };
  } finally {
    await checkpointer.close();
    await database.close();
  }
}

function report(
  rates: { readonly chained: number[]; readonly plain: number[] },
  verified: Awaited<ReturnType<typeof verify>>,
) {
  const middle = (values: readonly number[]) => Math.round(values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0);
  const result = {
    bench: "audit",
    clients: CLIENTS,
    appendsPerS: middle(rates.chained),
    plainAppendsPerS: middle(rates.plain),
    rows: verified.rows,
    verifiedPerS: middle(verified.perS),
    targets: TARGETS,
    load1: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
  console.table([
    { what: "appends/s, chained", value: result.appendsPerS, target: TARGETS.appendsPerS },
    { what: "appends/s, plain table", value: result.plainAppendsPerS, target: "" },
    { what: `rows/s verified (of ${result.rows})`, value: result.verifiedPerS, target: TARGETS.verifiedPerS },
  ]);
  console.log(JSON.stringify(result));
  const isMet = result.appendsPerS >= TARGETS.appendsPerS && result.verifiedPerS >= TARGETS.verifiedPerS;
  process.exitCode = isMet ? 0 : 1;
}
