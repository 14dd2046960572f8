import type { ActiveFault } from "../faults/active-fault.ts";
import { numberOf } from "../faults/active-fault.ts";
import { FAULT_KINDS } from "../faults/fault-kinds.ts";
import { uniform } from "../plant/random.ts";
import type { Connection } from "./connection.ts";
import { faultHits } from "./fault-scope.ts";
import { bringUpToDate, type FleetRuntime, usualDelay } from "./fleet-runtime.ts";
import { answerBytes } from "./http-text.ts";
import { answerWithReading, bodyOfReading } from "./kept-replies.ts";
import type { RequestHead } from "./parse-request.ts";
import { type CommandOutcome, receiveCommand } from "./receive-command.ts";
import type { ReadKind } from "./reply-body.ts";
import { type Route, routeRequest } from "./route-request.ts";
import { applyTransportFault } from "./transport-faults.ts";

const FAULT_NUMBER = new Map(Object.keys(FAULT_KINDS).map((kind, index) => [kind, index + 1]));

/** One request and its answer. Exactly one of `finish` and `abandon` ends it. */
export type Exchange = {
  readonly runtime: FleetRuntime;
  readonly connection: Connection;
  readonly route: Route;
  readonly keepAlive: boolean;
  readonly transportFault: ActiveFault | null;
  /** The good body; a state reply gets its sequence number here. */
  readonly body: () => Buffer;
  /** Sends the good answer as it should be. `before`: bytes in front of it. */
  readonly sendGood: (before?: string) => void;
  /** The good answer is out, in whatever manner. */
  readonly markWhole: () => void;
  /** Ends the exchange; the connection waits for the next request, or closes. */
  readonly finish: (close?: boolean) => void;
  /** The peer is gone. */
  readonly abandon: () => void;
  /** A timer that ends with the exchange. */
  readonly later: (ms: number, action: () => void) => void;
};

/** Serves one request: the answer comes after the site's latency and under its faults. */
export function answerRequest(runtime: FleetRuntime, connection: Connection, head: RequestHead): void {
  const { site } = connection;
  bringUpToDate(runtime, site);
  const route = routeRequest(site.spec.dialect, head);
  if (route.kind === "not_found") runtime.cameras.witness.stray(site.spec.id, head.path, connection.id);
  const outcome = route.order === null ? null : receiveCommand(runtime, site, route.order, connection.id);
  const exchange = beginExchange(runtime, connection, route, head.keepAlive, outcome);
  connection.exchange = exchange;
  const delayMs = usualDelay(runtime, site.spec.latencyMs) + extraDelay(runtime, exchange.transportFault);
  if (delayMs < 1) answer(exchange, outcome);
  else exchange.later(delayMs, () => answer(exchange, outcome));
}

function extraDelay(runtime: FleetRuntime, fault: ActiveFault | null): number {
  if (fault?.kind !== "slow") return 0;
  const low = numberOf(fault, "minMs");
  return low + Math.max(0, numberOf(fault, "maxMs") - low) * uniform(runtime.random);
}

function answer(exchange: Exchange, outcome: CommandOutcome | null): void {
  if (outcome?.lost === "reset") {
    exchange.connection.socket.resetAndDestroy();
  } else if (outcome?.lost !== "hang") {
    applyTransportFault(exchange);
  }
}

function beginExchange(
  runtime: FleetRuntime,
  connection: Connection,
  route: Route,
  keepAlive: boolean,
  outcome: CommandOutcome | null,
): Exchange {
  const { counters, ledger } = runtime;
  const { site, socket } = connection;
  const { transport, replies } = site.effects;
  const transportFault = transport !== null && faultHits(transport, route.kind) ? transport : null;
  const timers = new Set<NodeJS.Timeout>();
  let row = -1;
  let isOpen = true;

  counters.requests += 1;
  counters.inFlight += 1;
  counters.peakInFlight = Math.max(counters.peakInFlight, counters.inFlight);

  /** Each request is one row, written when its answer begins or its client is gone. */
  const record = (seq: number) => {
    const fault = transportFault ?? replies.findLast((candidate) => faultHits(candidate, route.kind)) ?? null;
    const faultNumber = fault === null ? 0 : (FAULT_NUMBER.get(fault.kind) ?? 0);
    const { index } = site.spec;
    row = ledger.addReply({
      site: index,
      request: route.kind,
      at: Date.now(),
      seq,
      connection: connection.id,
      faultNumber,
    });
  };
  const end = () => {
    if (!isOpen) return false;
    isOpen = false;
    counters.inFlight -= 1;
    for (const timer of timers) clearTimeout(timer);
    if (row < 0) record(0);
    connection.exchange = null;
    return true;
  };

  const readKind = readKindOf(route);
  /** Counts the answer; a state reply gets its sequence number. @returns the witness number it has to carry */
  const begin = (): number | null => {
    bringUpToDate(runtime, site);
    if (route.kind === "state") site.stateReplies += 1;
    const seq = route.kind === "state" ? site.stateReplies : 0;
    record(seq);
    return runtime.options.witness && seq > 0 ? seq : null;
  };
  const goodAnswer = (): Buffer => {
    const witness = begin();
    if (readKind !== null && keepAlive) return answerWithReading(runtime, site, readKind, witness);
    const body = readKind === null ? fixedBody(route, outcome) : bodyOfReading(runtime, site, readKind, witness);
    return answerBytes(body, { status: route.kind === "not_found" ? 404 : 200, keepAlive });
  };

  const exchange: Exchange = {
    runtime,
    connection,
    route,
    keepAlive,
    transportFault,
    body() {
      const witness = begin();
      return readKind === null ? fixedBody(route, outcome) : bodyOfReading(runtime, site, readKind, witness);
    },
    sendGood(before = "") {
      const answer = goodAnswer();
      socket.write(before === "" ? answer : Buffer.concat([Buffer.from(before), answer]), (error) => {
        if (error === undefined || error === null) exchange.markWhole();
        exchange.finish();
      });
    },
    markWhole() {
      if (row >= 0) ledger.markWhole(row);
    },
    finish(close = !keepAlive) {
      if (!end()) return;
      if (close) socket.end();
      else if (!socket.destroyed) connection.takeNext();
    },
    abandon: end,
    later(ms, action) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        if (isOpen) action();
      }, ms);
      timers.add(timer);
    },
  };
  return exchange;
}

/** The body of an answer that carries no reading. */
function fixedBody(route: Route, outcome: CommandOutcome | null): Buffer {
  switch (route.kind) {
    case "command":
      return Buffer.from(JSON.stringify({ ok: outcome?.accepted === true, method: route.operation, params: null }));
    case "unknown_operation":
      return Buffer.from(JSON.stringify(unknownOperation(route.operation)));
    default:
      return Buffer.from("not found");
  }
}

function readKindOf({ kind }: Route): ReadKind | null {
  return kind === "state" || kind === "miners" || kind === "sensors" ? kind : null;
}

/** Histories are known and answer nothing; what is not known is not ok. */
function unknownOperation(operation: string) {
  const isHistory = operation.endsWith("History");
  return { ok: isHistory, method: operation.slice(0, 100), params: null };
}
