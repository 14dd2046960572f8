import { expect } from "vitest";
import type { Role } from "../../domain/access/session-user.ts";
import type { Command } from "../../domain/commands/command.ts";
import type { Site } from "../../domain/sites/site.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { addActors, LIMITED } from "../authorisation/actors.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite, aSnapshot, T0_MS } from "./builders.ts";
import type { Answer } from "./call-api.ts";
import { PASSWORD } from "./test-database.ts";

export const COMMANDS = "/api/v1/commands";
export const PROFILE = "bitmain-antbox-hk3";
const HEALTHY: Snapshot["values"] = {
  supply_temp_c: 35.1,
  supply_temp_setpoint_c: 35,
  container_dew_point_c: 18,
  return_pressure_kpa: 120,
  supply_flow_m3h: 94,
  circulation_pump_running: true,
  tank_level_low: false,
  leak_detected: false,
  plc_disconnect: false,
  pid_mode: false,
  total_power_kw: 921,
  miners_online: 187,
};

export type Selection = {
  readonly verdict: string;
  readonly findings: readonly {
    readonly id: string;
    readonly result: string;
    readonly values: Record<string, unknown>;
  }[];
  readonly scope: Record<string, unknown>;
  readonly confirmation: { readonly token: string } | null;
};
type Problem = {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string }[];
};

/** The API with sites to which commands may be sent; the plant says what a test tells it to say. */
export async function startCommands(sites: readonly Site[] = Array.from({ length: 20 }, (_, at) => aSite(at + 1))) {
  let nowMs = T0_MS;
  const api: ApiUnderTest = await startApi({ sites, clock: () => nowMs });
  await addActors(api.database, LIMITED);
  const tokens = new Map<string, string>();
  for (const { name } of LIMITED) {
    const body = { username: name, password: PASSWORD };
    const { json } = await api.call("/api/v1/auth/login", { method: "POST", body });
    tokens.set(name, (json as { accessToken: string }).accessToken);
  }
  const free = sites.map(({ id }) => id);

  /** @param who a role, somebody with limits, or a service token; `page of` a role: in a browser */
  function as(who: string): { role?: Role; headers?: Record<string, string> } {
    if (who.startsWith("page of ")) {
      const token = api.token(who.slice("page of ".length) as Role);
      return { headers: { cookie: `antbox_access=${token}`, origin: api.origin } };
    }
    const token = tokens.get(who) ?? (who.startsWith("abx_") ? who : undefined);
    return token === undefined ? { role: who as Role } : { headers: { authorization: `Bearer ${token}` } };
  }
  const send = (method: string, path: string, who: string, body?: object): Promise<Answer> =>
    api.call(path, { method, ...as(who), ...(body === undefined ? {} : { body }) });
  const post = (body: object, who = "operator") => send("POST", COMMANDS, who, body);
  const select = async (body: object, who = "operator") =>
    (await post({ ...body, dryRun: true }, who)).json as Selection;

  /** A new reading of the plant at these sites, of this moment. */
  function plants(siteIds: readonly string[], values: Snapshot["values"] = {}): void {
    nowMs += 1_000;
    for (const siteId of siteIds) {
      const snapshot = aSnapshot(siteId, { values: { ...HEALTHY, ...values }, quality: {}, faults: [] }, nowMs - 500);
      expect(api.liveState.apply(snapshot)).toBe(true);
    }
  }
  const plant = (siteId: string, values: Snapshot["values"] = {}) => plants([siteId], values);

  return {
    api,
    send,
    post,
    select,
    pass: (ms: number) => {
      nowMs += ms;
    },
    /** A site that no other test uses, healthy, to which commands may be sent. */
    async nextSite(values: Snapshot["values"] = {}): Promise<string> {
      const siteId = free.shift() ?? expect.fail("there are not enough sites");
      await send("PUT", `/api/v1/profiles/${PROFILE}/writes`, "admin", {
        enabled: true,
        sites: [siteId],
        reason: "tried on one box",
      });
      plant(siteId, values);
      return siteId;
    },
    plant,
    plants,
    /** Selects and orders. */
    async order(body: object, who = "operator"): Promise<Answer> {
      const { confirmation } = await select(body, who);
      return await post({ ...body, confirmation: confirmation?.token ?? "none" }, who);
    },
    commandsOf: async (siteId: string) =>
      ((await send("GET", `${COMMANDS}?site=${siteId}`, "viewer")).json as { items: Command[] }).items,
    /** What the trail has of an action at a target. What was refused is written a moment later. */
    async audited(action: string, target: string): Promise<Record<string, unknown>[]> {
      const { json } = await send("GET", `/api/v1/audit?action=${action}&limit=200`, "admin");
      return (json as { items: Record<string, unknown>[] }).items.filter((line) => line["target"] === target);
    },
  };
}

export const colder = (siteId: string) => ({
  siteId,
  kind: "set_supply_temp",
  args: { temp_c: 34 },
  reason: "too warm",
});
export const outcome = ({ status, json }: Answer) => [status, (json as Problem).code];
export const problemOf = ({ json }: Answer) => json as Problem;
