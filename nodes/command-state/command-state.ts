import type { Node, NodeAPI, NodeDef } from "node-red";
import { Command } from "../../domain/commands/command.ts";
import { compileCheck, type MessageCheck, problemsOf } from "../_shared/message-check.ts";
import { type PlatformMessage, unexpectedTopic } from "../_shared/messages.ts";
import { createStatusDisplay } from "../_shared/node-status.ts";
import { platform, platformIfStarted } from "../_shared/platform.ts";

const isCommand: MessageCheck<Command> = compileCheck(Command);

/** Puts what becomes of commands on the screens, and hands out their alarms, to be stored. */
export default function registerCommandState(RED: NodeAPI): void {
  function CommandStateNode(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);
    const started = platformIfStarted();
    if (!started) {
      status.show("broken", "command-state.status.no-platform");
      return;
    }
    status.show("works", "command-state.status.waits");
    let shown = 0;
    const { commandAlarms, alarms } = started;
    const unsubscribe = commandAlarms.onFound((events) =>
      this.send([null, { topic: "alarm-conditions", payload: alarms.beside(events) }]),
    );

    this.on("input", (msg: PlatformMessage, send, done) => {
      const { topic, payload } = msg;
      if (topic !== "command-state") return done(unexpectedTopic("command-state", topic, ["command-state"]));
      if (!isCommand(payload)) return done(new Error(`not a Command: ${problemsOf(isCommand)}`));
      platform().commandFeed.show(payload);
      shown += 1;
      status.show("works", String(shown));
      send([msg, null]);
      done();
    });
    this.on("close", () => {
      unsubscribe();
      status.close();
    });
  }
  RED.nodes.registerType("command-state", CommandStateNode);
}
