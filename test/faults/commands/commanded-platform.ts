import { setTimeout as sleep } from "node:timers/promises";
import type { Role } from "../../../domain/access/session-user.ts";
import type { SiteScope } from "../../../domain/access/site-scope.ts";
import type { Command } from "../../../domain/commands/command.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { cookiesOf } from "../../services/cookies-of.ts";
import { createFreshDatabase } from "../../services/fresh-database.ts";
import { onDatabase } from "../../services/on-database.ts";
import {
  ADMIN_PASSWORD,
  type Fleet,
  type PlatformProcess,
  startFleet,
  startPlatform,
} from "../../services/start-platform.ts";
import { type ReceivedCommand, receivedCommands } from "./plant-ledger.ts";

/** Somebody with an account; `scope` null = all sites. */
export type Person = { readonly name: string; readonly role: Role; readonly scope: SiteScope | null };
export type Answered = { readonly status: number; readonly json: Record<string, unknown> };
export type Selected = {
  readonly verdict: string;
  readonly findings: readonly {
    readonly id: string;
    readonly result: string;
    readonly texts: Record<string, string>;
  }[];
  readonly confirmation: { readonly token: string } | null;
};

export const PROFILE = "bitmain-antbox-hk3";
/** Of the laboratory's plant, whose made-up calls move every part. */
const LAB_PROFILE = "x-lab-parts";
/** Miners take some minutes of the plant to wake. */
const WITHIN_MS = 120_000;

/** The built platform, a simulated fleet to which commands may be sent, and people. */
export type CommandedPlatform = {
  readonly fleet: Fleet;
  readonly platform: PlatformProcess;
  /** A request by the session of a person; null: by nobody. */
  ask(who: string | null, method: string, path: string, body?: object): Promise<Answered>;
  /** The same by a bearer token, as programs do. */
  askByToken(token: string, method: string, path: string, body?: object): Promise<Answered>;
  /** The bearer token of a person. */
  tokenOf(who: string): Promise<string>;
  select(who: string, order: object): Promise<Selected>;
  /** Selects and orders, as a page does. */
  order(who: string, order: object): Promise<Answered>;
  find(id: string): Promise<Command>;
  /** Waits until a command is over. */
  end(id: string): Promise<Command>;
  /** What the platform shows of a site now. */
  snapshot(siteId: string): Promise<Snapshot>;
  received(siteId: string): Promise<ReceivedCommand[]>;
  dispose(): Promise<void>;
};

export type CommandedPlan = {
  readonly serverUrl: string;
  readonly sites: number;
  readonly people: readonly Person[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Plant time against real time. */
  readonly speed?: number;
  /** Every second site, from site-002 on, is the laboratory's plant. */
  readonly withLab?: boolean;
};

/** @throws {Error} when a part of it does not start; what has started is gone by then */
export async function startCommandedPlatform(plan: CommandedPlan): Promise<CommandedPlatform> {
  const undo: (() => Promise<unknown>)[] = [];
  const dispose = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return await start(plan, undo, dispose);
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function start(
  plan: CommandedPlan,
  undo: (() => Promise<unknown>)[],
  dispose: () => Promise<void>,
): Promise<CommandedPlatform> {
  const { serverUrl, sites, people, environment = {}, speed = 10, withLab = false } = plan;
  const database = await createFreshDatabase(serverUrl, { timescale: false });
  undo.push(() => database.drop());
  const fleet = await startFleet(sites, [
    ...["--speed", String(speed), "--seed", "7", "--dialects", withLab ? "a:1,d:1" : "a:1"],
    // Warm and dry enough for every order, at any hour of the day.
    ...(withLab ? ["--climate", "gulf-winter"] : []),
  ]);
  undo.push(() => fleet.stop());
  const platform = await startPlatform({
    sitesFile: fleet.sitesFile,
    databaseUrl: database.url,
    environment: { POLL_INTERVAL_S: "2", LOG_LEVEL: "warn", EDITOR: "off", ...environment },
  });
  undo.push(() => platform.dispose());
  await platform.ready();
  await onDatabase(database.url, async (client) => {
    for (const { name, role, scope } of people) {
      await client.query(
        `insert into user_account (username, password_hash, role, scope, must_change)
           select $1, password_hash, $2, $3::jsonb, false from user_account where username = 'admin'`,
        [name, role, scope && JSON.stringify(scope)],
      );
    }
  });
  /** Who asks at the same time signs in once. */
  const cookies = new Map<string, Promise<string>>();

  async function request(who: HeadersInit, method: string, path: string, body?: object): Promise<Answered> {
    const response = await fetch(platform.url + path, {
      method,
      headers: { ...who, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, json: text === "" ? {} : JSON.parse(text) };
  }

  async function ask(who: string | null, method: string, path: string, body?: object): Promise<Answered> {
    const origin = platform.url;
    return request(who === null ? { origin } : { origin, cookie: await cookieOf(who) }, method, path, body);
  }

  /** @param origin of the page; programs have none, and get a token instead of cookies */
  const signIn = (who: string, origin: HeadersInit) =>
    fetch(`${platform.url}/api/v1/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json", ...origin },
      body: JSON.stringify({ username: who, password: ADMIN_PASSWORD }),
    });

  function cookieOf(who: string): Promise<string> {
    const cookie = cookies.get(who) ?? newCookieOf(who);
    cookies.set(who, cookie);
    return cookie;
  }

  async function newCookieOf(who: string): Promise<string> {
    const response = await signIn(who, { origin: platform.url });
    if (!response.ok) throw new Error(`${who} cannot sign in: ${response.status} ${await response.text()}`);
    return cookiesOf(response);
  }

  const select = async (who: string, order: object) =>
    (await ask(who, "POST", "/api/v1/commands", { ...order, dryRun: true })).json as unknown as Selected;
  const find = async (id: string) => (await ask("admin", "GET", `/api/v1/commands/${id}`)).json as unknown as Command;
  const body = { enabled: true, sites: "all", reason: "tried on one box" };
  for (const profile of withLab ? [PROFILE, LAB_PROFILE] : [PROFILE]) {
    const { status } = await ask("admin", "PUT", `/api/v1/profiles/${profile}/writes`, body);
    if (status !== 200) throw new Error(`commands cannot be switched on: ${status}`);
  }

  // Everything is on the screen: nothing is judged without readings.
  for (let shown = 0; shown < sites; await sleep(200)) {
    shown = ((await ask("admin", "GET", "/api/v1/snapshots?limit=1000")).json["items"] as []).length;
  }

  return {
    fleet,
    platform,
    ask,
    askByToken: (token, ...asked) => request({ authorization: `Bearer ${token}` }, ...asked),
    tokenOf: async (who) => String(((await (await signIn(who, {})).json()) as { accessToken: string }).accessToken),
    select,
    find,
    async order(who, order) {
      const { confirmation } = await select(who, order);
      return ask(who, "POST", "/api/v1/commands", { ...order, confirmation: confirmation?.token ?? "none" });
    },
    async end(id) {
      const deadline = performance.now() + WITHIN_MS;
      for (;;) {
        const command = await find(id);
        if (command.endedAt !== null) return command;
        if (performance.now() > deadline) throw new Error(`it does not end: ${JSON.stringify(command)}`);
        await sleep(200);
      }
    },
    snapshot: async (siteId) =>
      (await ask("admin", "GET", `/api/v1/sites/${siteId}/snapshot`)).json as unknown as Snapshot,
    received: (siteId) => receivedCommands(fleet.controlUrl, siteId),
    dispose,
  };
}
