import { cookiesOf } from "../services/cookies-of.ts";
import { ADMIN_PASSWORD, type Fleet, type PlatformProcess, startFleet } from "../services/start-platform.ts";
import { startWatchedPlatform } from "./watched-platform.ts";

/** Somebody who signs in by name and password. */
export type Person = { readonly name: string; readonly password: string };
type PersonOfRole = Person & { readonly role: "viewer" | "operator" | "engineer" };

export const ADMIN: Person = { name: "admin", password: ADMIN_PASSWORD };
export const OPERATOR: PersonOfRole = { name: "li.wei", role: "operator", password: "two herons over a slow river" };
export const ENGINEER: PersonOfRole = { name: "chen.yu", role: "engineer", password: "three larks above a mown field" };
const FIRST_PASSWORD = "a walrus lent by somebody else";

/** The built platform before a simulated fleet whose faults a test sets, with people of two roles. */
export type CommandStage = {
  readonly platform: PlatformProcess;
  /** One call of the API by that person. @returns the answer's JSON. @throws {Error} on any refusal */
  call(person: Person, method: string, path: string, body?: object): Promise<unknown>;
  /** So many sites may one order have. */
  raiseCap(sites: number): Promise<void>;
  /** Selects and gives a command. @returns its id */
  order(person: Person, body: object): Promise<string>;
  /** As the simulator takes it. */
  fault(kind: string, sites: readonly string[], args?: object): Promise<void>;
  endFault(kind: string): Promise<void>;
  /** What reached the controllers: their sites, in the order of time. */
  actuated(): Promise<readonly string[]>;
  stop(): Promise<void>;
};

export async function startCommandStage(sites: number): Promise<CommandStage> {
  const fleet = await startFleet(sites, ["--seed", "7", "--dialects", "a:1"]);
  const platform = await startWatchedPlatform({
    sitesFile: fleet.sitesFile,
    databaseUrl: null,
    environment: { POLL_INTERVAL_S: "5", LOG_LEVEL: "warn" },
  });
  await platform.ready();
  const cookies = new Map<string, string>();

  async function send(cookie: string, method: string, path: string, body?: object, ifMatch = ""): Promise<Response> {
    return await fetch(platform.url + path, {
      method,
      headers: {
        origin: platform.url,
        cookie,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(ifMatch === "" ? {} : { "if-match": ifMatch }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
  async function signIn({ name, password }: Person): Promise<string> {
    const answer = await send("", "POST", "/api/v1/auth/login", { username: name, password });
    if (!answer.ok) throw new Error(`${name} cannot sign in: ${answer.status} ${await answer.text()}`);
    return cookiesOf(answer);
  }
  async function call(person: Person, method: string, path: string, body?: object): Promise<unknown> {
    const cookie = cookies.get(person.name) ?? (await signIn(person));
    cookies.set(person.name, cookie);
    const answer = await send(cookie, method, path, body);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  }
  /** As people come to be: made by an administrator, and with a password of their own from then on. */
  async function add({ name, role, password }: PersonOfRole): Promise<void> {
    await call(ADMIN, "POST", "/api/v1/users", { username: name, role, password: FIRST_PASSWORD });
    await call({ name, password: FIRST_PASSWORD }, "POST", "/api/v1/account/password", {
      current: FIRST_PASSWORD,
      next: password,
    });
    cookies.delete(name);
  }
  async function raiseCap(commandSites: number): Promise<void> {
    const cookie = cookies.get(ADMIN.name) ?? "";
    const read = await send(cookie, "GET", "/api/v1/settings");
    const answer = await send(cookie, "PATCH", "/api/v1/settings", { commandSites }, read.headers.get("etag") ?? "");
    if (!answer.ok) throw new Error(await answer.text());
  }
  for (const person of [OPERATOR, ENGINEER]) await add(person);
  return { platform, call, raiseCap, order: (person, body) => orderBy(call, person, body), ...plantOf(fleet), stop };

  async function stop(): Promise<void> {
    await platform.dispose();
    await fleet.stop();
  }
}

async function orderBy(call: CommandStage["call"], person: Person, body: object): Promise<string> {
  const selected = await call(person, "POST", "/api/v1/commands", { ...body, dryRun: true });
  const { confirmation } = selected as { confirmation: { token: string } | null };
  if (confirmation === null) throw new Error(`refused: ${JSON.stringify(selected)}`);
  const given = await call(person, "POST", "/api/v1/commands", { ...body, confirmation: confirmation.token });
  return (given as { id: string }).id;
}

function plantOf({ controlUrl }: Fleet): Pick<CommandStage, "fault" | "endFault" | "actuated"> {
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(controlUrl + path, {
      method,
      headers: { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  };
  return {
    async fault(kind, sites, args = {}) {
      await ask("POST", "/faults", { kind, sites, args });
    },
    async endFault(kind) {
      await ask("DELETE", `/faults?kind=${kind}`);
    },
    async actuated() {
      const ledger = await ask("GET", "/ledger?kind=commands");
      const { columns, rows } = ledger as { columns: readonly string[]; rows: readonly (readonly string[])[] };
      return rows.map((row) => row[columns.indexOf("siteId")] ?? "");
    },
  };
}
