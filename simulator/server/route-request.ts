import { type Order, parseOrder, parsePartOrder } from "../controller/commands.ts";
import type { Dialect } from "../dialects/dialect.ts";
import type { RequestKind } from "../ledger/ledger.ts";
import type { RequestHead } from "./parse-request.ts";

export type Route = {
  readonly kind: RequestKind;
  /** The `operation`, echoed as `method`; empty where the dialect has none. */
  readonly operation: string;
  readonly order: Order | null;
};

const STATE_PATH: Readonly<Partial<Record<Dialect, string>>> = { b: "/api/status", c: "/status", d: "/lab/state" };
const ORDER_PATH: Readonly<Partial<Record<Dialect, string>>> = { a: "/cooler", immersion: "/cooler", d: "/lab/order" };
const READS: Readonly<Record<string, RequestKind>> = {
  coolerState: "state",
  minerInfo: "miners",
  sensorData: "sensors",
};

/** What a request means to a controller of this dialect. Any method but GET is as unknown to it as a wrong path. */
export function routeRequest(dialect: Dialect, head: RequestHead): Route {
  const unknown: Route = { kind: "not_found", operation: "", order: null };
  if (head.method !== "GET") return unknown;
  const statePath = STATE_PATH[dialect];
  if (head.path === statePath) return { ...unknown, kind: "state" };
  if (head.path !== ORDER_PATH[dialect]) return unknown;
  const operation = head.operation ?? "";
  const order = (dialect === "d" ? parsePartOrder : parseOrder)(operation, head.query);
  if (order !== null) return { kind: "command", operation, order };
  const read = dialect !== "d" && Object.hasOwn(READS, operation) ? READS[operation] : undefined;
  return { kind: read ?? "unknown_operation", operation, order: null };
}
