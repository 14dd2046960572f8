import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { type Cut, type PartitionProxy, startPartitionProxy } from "./partition-proxy.ts";

/** Ways to lose the leader: its process is stopped, or its way to the database is cut in both directions or in one. */
export const LOSSES = ["stopped", "both", "to-server", "to-client"] as const satisfies readonly ("stopped" | Cut)[];

export type FencingFigures = {
  readonly trials: number;
  /** Trials in which the other one took over while the leader was lost. */
  readonly takenOver: number;
  /** Longest time from the loss to the other's lease, in lives of a lease. */
  readonly worstTakeoverTtls: number;
  readonly fencedEffects: number;
  /** Effects that came with an older token after a younger one was taken: without a fence, and with it. */
  readonly staleNaive: number;
  readonly staleFenced: number;
};

const TTL_MS = 600;
const WITHIN_MS = 20_000;
const CHILD = fileURLToPath(new URL("./fencing-child.ts", import.meta.url));

/** When each token was taken, by the clock of the database: what came with an older one afterwards was stale. */
const WITNESS = `
  create table effect (kind text, token bigint, at timestamptz default clock_timestamp());
  create table taking (token bigint, at timestamptz default clock_timestamp());
  create function note_taking() returns trigger language plpgsql as $$
    begin insert into taking (token) values (new.token); return new; end $$;
  create trigger note_taking after update on lease for each row
    when (new.name = 'scheduler' and new.token > old.token) execute function note_taking();`;
const STALE = `
  select count(*)::int as n from effect
  where kind = $1 and exists (select from taking where taking.token > effect.token and taking.at < effect.at)`;

type Contender = { readonly name: string; readonly child: ChildProcess; readonly proxy: PartitionProxy };

/** Two processes contend for a lease; the leader is lost and found again, by each way in turn (trust.md F8). */
export async function runFencingTrials(databaseUrl: string, trials: number): Promise<FencingFigures> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const contenders: Contender[] = [];
  try {
    await client.query(WITNESS);
    for (const name of ["one", "two"]) contenders.push(await startContender(name, databaseUrl));
    const takeovers: number[] = [];
    for (let trial = 0; trial < trials; trial += 1) {
      takeovers.push(await loseLeader(client, contenders, LOSSES[trial % LOSSES.length] ?? "stopped"));
    }
    const count = async (text: string, kind: string) =>
      Number((await client.query<{ n: number }>(text, [kind])).rows[0]?.n);
    return {
      trials,
      takenOver: takeovers.length,
      worstTakeoverTtls: Math.max(...takeovers) / TTL_MS,
      fencedEffects: await count("select count(*)::int as n from effect where kind = $1", "fenced"),
      staleNaive: await count(STALE, "naive"),
      staleFenced: await count(STALE, "fenced"),
    };
  } finally {
    for (const { child, proxy } of contenders) {
      child.kill("SIGCONT");
      await end(child);
      await proxy.close();
    }
    await client.end();
  }
}

/** @returns milliseconds until the other one had the lease @throws when nobody took over: such a trial proves nothing */
async function loseLeader(
  client: pg.Client,
  contenders: readonly Contender[],
  loss: (typeof LOSSES)[number],
): Promise<number> {
  const before = await waitFor(client, (holder) => holder !== null);
  const lost = contenders.find(({ name }) => name === before);
  if (!lost) throw new Error(`nobody here is ${before}`);
  const fromMs = performance.now();
  if (loss === "stopped") lost.child.kill("SIGSTOP");
  else lost.proxy.cut(loss);
  await waitFor(client, (holder) => holder !== null && holder !== before);
  const tookMs = performance.now() - fromMs;
  await sleep(TTL_MS / 4);
  if (loss === "stopped") lost.child.kill("SIGCONT");
  else lost.proxy.heal();
  await sleep(TTL_MS / 2);
  return tookMs;
}

async function waitFor(client: pg.Client, accepts: (holder: string | null) => boolean): Promise<string | null> {
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    const { rows } = await client.query<{ holder: string }>(
      "select holder from lease where name = 'scheduler' and expires_at > clock_timestamp()",
    );
    const holder = rows[0]?.holder ?? null;
    if (accepts(holder)) return holder;
    if (performance.now() > deadline) throw new Error(`the lease stays with ${holder ?? "nobody"}`);
    await sleep(20);
  }
}

async function startContender(name: string, databaseUrl: string): Promise<Contender> {
  const url = new URL(databaseUrl);
  const proxy = await startPartitionProxy(Number(url.port));
  url.hostname = "127.0.0.1";
  url.port = String(proxy.port);
  const child = spawn(process.execPath, [CHILD, url.href, name], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the process ended with ${code}`)));
    child.stdout.once("data", () => resolve());
  });
  return { name, child, proxy };
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}
