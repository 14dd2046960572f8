import { createRowStore } from "./row-store.ts";

/** What a request asked for. `state` is `coolerState` of dialect A and immersion, `status` of B and C, and `/lab/state` of D. */
const REQUEST_KINDS = ["state", "miners", "sensors", "command", "unknown_operation", "not_found"] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** One reply as the simulator served it. */
type ReplyRecord = {
  readonly row: number;
  readonly siteId: string;
  readonly request: RequestKind;
  /** When the answer was begun, ms since the Unix epoch. */
  readonly at: number;
  /** Number of the state reply of this site, from 1; 0 for other requests. In witness mode the reply carries it. */
  readonly seq: number;
  readonly connection: number;
  /**
   * The whole answer, as meant, went into the socket. That is no proof of its arrival: a later request on the same
   * connection is.
   */
  readonly whole: boolean;
  /** The transport fault that acted on it, if any. */
  readonly fault: string | null;
};

/** One command as it arrived. */
type CommandRecord = {
  readonly row: number;
  readonly siteId: string;
  readonly command: string;
  readonly at: number;
  readonly connection: number;
  readonly answer: "ok" | "refused" | "lost";
  /** The plant did it, and when (ms since the Unix epoch); `at` grows by the lag. */
  readonly acted: boolean;
  readonly actedAt: number | null;
};

type SiteCounts = {
  readonly siteId: string;
  readonly requests: number;
  readonly wholeStates: number;
  readonly lastSeq: number;
  readonly commands: number;
  readonly commandsActed: number;
};

type NewReply = {
  site: number;
  request: RequestKind;
  at: number;
  seq: number;
  connection: number;
  faultNumber: number;
};
type NewCommand = { site: number; command: string; at: number; connection: number; answer: CommandRecord["answer"] };
export type LedgerFilter = {
  readonly siteId?: string;
  readonly since?: number;
  readonly after?: number;
  readonly limit?: number;
};

/** The witness: what was served and what was done. Tests compare with it, never with the product's own counters. */
export type Ledger = {
  addReply: (reply: NewReply) => number;
  markWhole: (row: number) => void;
  addCommand: (command: NewCommand) => number;
  markActed: (row: number, at: number) => void;
  replies: (filter: LedgerFilter) => ReplyRecord[];
  commands: (filter: LedgerFilter) => CommandRecord[];
  summary: () => SiteCounts[];
  /** Number of the oldest reply that is still kept. */
  firstReplyRow: () => number;
  replyRows: () => number;
};

const COMMAND_CAPACITY = 100_000;

/**
 * @param siteIds position in the list = number of the site
 * @param faultNames position = number used by `addReply`; 0 is no fault
 */
export function createLedger(siteIds: readonly string[], faultNames: readonly string[], capacity: number): Ledger {
  const rows = createRowStore(
    { at: "f64", site: "u32", seq: "u32", connection: "u32", request: "u8", whole: "u8", fault: "u8" },
    capacity,
  );
  const commands: (CommandRecord & { site: number })[] = [];
  let droppedCommands = 0;
  const counts = {
    requests: new Uint32Array(siteIds.length),
    wholeStates: new Uint32Array(siteIds.length),
    lastSeq: new Uint32Array(siteIds.length),
    commands: new Uint32Array(siteIds.length),
    commandsActed: new Uint32Array(siteIds.length),
  };
  const count = (list: Uint32Array, site: number) => {
    list[site] = (list[site] ?? 0) + 1;
  };
  const numberOf = new Map(siteIds.map((id, index) => [id, index]));

  function addReply(reply: NewReply): number {
    const row = rows.add();
    rows.set(row, "at", reply.at);
    rows.set(row, "site", reply.site);
    rows.set(row, "seq", reply.seq);
    rows.set(row, "connection", reply.connection);
    rows.set(row, "request", REQUEST_KINDS.indexOf(reply.request));
    rows.set(row, "fault", reply.faultNumber);
    count(counts.requests, reply.site);
    if (reply.seq > 0) counts.lastSeq[reply.site] = reply.seq;
    return row;
  }

  function replyAt(row: number): ReplyRecord {
    return {
      row,
      siteId: siteIds[rows.get(row, "site")] ?? "",
      request: REQUEST_KINDS[rows.get(row, "request")] ?? "not_found",
      at: rows.get(row, "at"),
      seq: rows.get(row, "seq"),
      connection: rows.get(row, "connection"),
      whole: rows.get(row, "whole") === 1,
      fault: faultNames[rows.get(row, "fault") - 1] ?? null,
    };
  }

  function replies({ siteId, since = 0, after = -1, limit = Number.POSITIVE_INFINITY }: LedgerFilter): ReplyRecord[] {
    const site = siteId === undefined ? undefined : (numberOf.get(siteId) ?? -1);
    const found: ReplyRecord[] = [];
    for (let row = Math.max(rows.firstRow(), after + 1); row < rows.nextRow() && found.length < limit; row += 1) {
      if (site !== undefined && rows.get(row, "site") !== site) continue;
      if (rows.get(row, "at") >= since) found.push(replyAt(row));
    }
    return found;
  }

  return {
    addReply,
    markWhole(row) {
      rows.set(row, "whole", 1);
      if (row >= rows.firstRow() && rows.get(row, "seq") > 0) count(counts.wholeStates, rows.get(row, "site"));
    },
    addCommand({ site, command, at, connection, answer }) {
      const row = droppedCommands + commands.length;
      commands.push({
        row,
        site,
        siteId: siteIds[site] ?? "",
        command,
        at,
        connection,
        answer,
        acted: false,
        actedAt: null,
      });
      if (commands.length > COMMAND_CAPACITY) {
        commands.shift();
        droppedCommands += 1;
      }
      count(counts.commands, site);
      return row;
    },
    markActed(row, at) {
      const record = commands[row - droppedCommands];
      if (record === undefined) return;
      commands[row - droppedCommands] = { ...record, acted: true, actedAt: at };
      count(counts.commandsActed, record.site);
    },
    replies,
    commands({ siteId, since = 0, after = -1, limit = Number.POSITIVE_INFINITY }) {
      const wanted = commands.filter(
        (record) => record.row > after && record.at >= since && (siteId === undefined || record.siteId === siteId),
      );
      return wanted
        .slice(0, limit === Number.POSITIVE_INFINITY ? undefined : limit)
        .map(({ site: _site, ...record }) => record);
    },
    summary: () =>
      siteIds.map((siteId, site) => ({
        siteId,
        requests: counts.requests[site] ?? 0,
        wholeStates: counts.wholeStates[site] ?? 0,
        lastSeq: counts.lastSeq[site] ?? 0,
        commands: counts.commands[site] ?? 0,
        commandsActed: counts.commandsActed[site] ?? 0,
      })),
    firstReplyRow: rows.firstRow,
    replyRows: rows.nextRow,
  };
}
