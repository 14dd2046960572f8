import { mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import type { NodeAPI } from "node-red";
import helper from "node-red-node-test-helper";

/** Registers one type of node: the default export of a node's file. */
export type Register = (RED: NodeAPI) => void;
type Message = Record<string, unknown> & { topic?: string; payload?: unknown };
type Status = { fill?: string; shape?: string; text?: string };

const nodeRequire = createRequire(import.meta.url);
helper.init(nodeRequire.resolve("node-red"), {
  userDir: mkdtempSync(path.join(tmpdir(), "antbox-helper-")),
  logging: { console: { level: "off" } },
});

export type LoadedNode = {
  /** Messages that left, by output. */
  readonly outputs: readonly Message[][];
  /** Texts that reached the Catch node. */
  readonly errors: string[];
  /** How often `done()` was called without an error. */
  completed(): number;
  readonly statuses: readonly Status[];
  /** Texts that the node wrote to the log as errors. */
  logged(): string[];
  /** Sends a message in and waits until the node has called `done`. */
  receive(msg: Message): Promise<void>;
  unload(): Promise<void>;
};

const WAIT_MS = 5000;

/** Runs one node inside Node-RED: helper nodes behind its outputs, the core Catch and Complete nodes beside it. */
export async function loadNode(
  register: Register | Register[],
  config: { type: string; [setting: string]: unknown },
  { outputs: count = 1, more = [] as object[] } = {},
): Promise<LoadedNode> {
  const ids = Array.from({ length: count }, (_, index) => `output-${index + 1}`);
  const flow = [
    { id: "tab-1", type: "tab", label: "test" },
    { id: "subject", z: "tab-1", wires: ids.map((id) => [id]), ...config },
    ...ids.map((id) => ({ id, z: "tab-1", type: "helper" })),
    { id: "catcher", z: "tab-1", type: "catch", scope: null, wires: [["caught"]] },
    { id: "caught", z: "tab-1", type: "helper" },
    { id: "completer", z: "tab-1", type: "complete", scope: ["subject"], wires: [["done"]] },
    { id: "done", z: "tab-1", type: "helper" },
    ...more,
  ];
  await helper.load(register, flow);
  const outputs = ids.map((): Message[] => []);
  for (const [index, id] of ids.entries()) onInput(id, (msg) => outputs[index]?.push(msg));
  const errors: string[] = [];
  const statuses: Status[] = [];
  let completed = 0;
  let settled = () => {};
  onInput("caught", (msg) => {
    errors.push((msg["error"] as { message: string }).message);
    settled();
  });
  onInput("done", () => {
    completed += 1;
    settled();
  });
  const subject = helper.getNode("subject");
  subject?.on("call:status", ((call: { firstArg: Status }) => statuses.push(call.firstArg)) as never);

  return {
    outputs,
    errors,
    completed: () => completed,
    statuses,
    logged: () => loggedErrors(),
    async receive(msg) {
      const answer = new Promise<void>((resolve, reject) => {
        settled = resolve;
        setTimeout(() => reject(new Error("the node did not call done")), WAIT_MS).unref();
      });
      if (!subject) throw new Error("the node under test was not made");
      subject.receive(msg);
      await answer;
      // Messages and a second `done`, which would be a fault, arrive one turn later.
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    },
    unload: () => helper.unload(),
  };
}

function onInput(id: string, listener: (msg: Message) => void): void {
  helper.getNode(id)?.on("input", ((msg: Message) => listener(msg)) as never);
}

const ERROR_LEVEL = 20;
function loggedErrors(): string[] {
  const entries = helper.log().args.map(([entry]) => entry as { level: number; msg: unknown });
  return entries
    .filter(({ level }) => level === ERROR_LEVEL)
    .map(({ msg }) => (msg instanceof Error ? msg.message : String(msg)));
}
