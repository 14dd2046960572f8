export type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

/** One line of Node-RED's log. `nodeType`, `nodeId`, `nodeName` are set when a node wrote it. */
export type NodeRedLogEntry = {
  readonly level: Exclude<LogLevel, "silent">;
  readonly message: string;
  readonly nodeType?: string;
  readonly nodeId?: string;
  readonly nodeName?: string;
};

type RawEntry = { level: number; msg?: unknown; type?: string; id?: string; name?: string };

const LEVEL_NAMES = new Map<number, NodeRedLogEntry["level"]>([
  [10, "fatal"],
  [20, "error"],
  [30, "warn"],
  [40, "info"],
  [50, "debug"],
  [60, "trace"],
]);

/** Node-RED's `logging` setting with one handler. Without `onLog` the lines go to standard output as JSON. */
export function createLogging(level: LogLevel, onLog: (entry: NodeRedLogEntry) => void = writeLine) {
  const handler = () => (raw: RawEntry) => {
    const name = LEVEL_NAMES.get(raw.level);
    if (name !== undefined) onLog(entryOf(name, raw));
  };
  return { antbox: { level: level === "silent" ? "off" : level, metrics: false, audit: false, handler } };
}

function entryOf(level: NodeRedLogEntry["level"], { msg, type, id, name }: RawEntry): NodeRedLogEntry {
  return {
    level,
    message: textOf(msg),
    ...(type !== undefined && { nodeType: type }),
    ...(id !== undefined && { nodeId: id }),
    ...(name !== undefined && name !== "" && { nodeName: name }),
  };
}

/** A node may log a text, an Error, or an object with one inside. */
function textOf(message: unknown): string {
  if (typeof message === "string") return message;
  if (message instanceof Error) return message.message;
  return JSON.stringify(message) ?? String(message);
}

function writeLine(entry: NodeRedLogEntry): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), source: "node-red", ...entry })}\n`);
}
