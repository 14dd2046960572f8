import { COMMAND_OPERATIONS, type CommandOperation } from "../controller/commands.ts";
import type { Dialect } from "../dialects/dialect.ts";
import type { RequestKind } from "../ledger/ledger.ts";
import type { RequestHead } from "./parse-request.ts";

export type Route = {
  readonly kind: RequestKind;
  /** The `operation`, echoed as `method`; empty where the dialect has none. */
  readonly operation: string;
  readonly command: CommandOperation | null;
};

const STATE_PATH: Readonly<Partial<Record<Dialect, string>>> = { b: "/api/status", c: "/status" };
const READS: Readonly<Record<string, RequestKind>> = {
  coolerState: "state",
  minerInfo: "miners",
  sensorData: "sensors",
};

/** What a request means to a controller of this dialect. Any method but GET is as unknown to it as a wrong path. */
export function routeRequest(dialect: Dialect, head: RequestHead): Route {
  const unknown: Route = { kind: "not_found", operation: "", command: null };
  if (head.method !== "GET") return unknown;
  const statePath = STATE_PATH[dialect];
  if (statePath !== undefined) return head.path === statePath ? { ...unknown, kind: "state" } : unknown;
  if (head.path !== "/cooler") return unknown;
  const operation = head.operation ?? "";
  const command = COMMAND_OPERATIONS.find((known) => known === operation) ?? null;
  if (command !== null) return { kind: "command", operation, command };
  const read = Object.hasOwn(READS, operation) ? READS[operation] : undefined;
  return { kind: read ?? "unknown_operation", operation, command: null };
}
