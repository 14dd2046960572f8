import type { Node, NodeAPI, NodeDef } from "node-red";
import { Command } from "../../domain/commands/command.ts";
import { compileCheck, type MessageCheck, problemsOf } from "../_shared/message-check.ts";
import { type PlatformMessage, unexpectedTopic } from "../_shared/messages.ts";
import { createStatusDisplay } from "../_shared/node-status.ts";
import { platform, platformIfStarted } from "../_shared/platform.ts";

const isCommand: MessageCheck<Command> = compileCheck(Command);

/**
 * Sends the commands that arrive, each once at most, and hands out whatever becomes of commands in this process. Of a message
 * only the id counts: what is sent stands in the ledger.
 */
export default function registerCommandSender(RED: NodeAPI): void {
  function CommandSenderNode(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);
    const started = platformIfStarted();
    if (!started) {
      status.show("broken", "command-sender.status.no-platform");
      return;
    }
    const isHere = started.commandSender !== null;
    status.show(isHere ? "works" : "off", `command-sender.status.${isHere ? "ready" : "elsewhere"}`);
    let sent = 0;
    const unsubscribe = started.commandSender?.onChange((command) =>
      this.send({ topic: "command-state", payload: command }),
    );

    this.on("input", (msg: PlatformMessage, _send, done) => {
      const { topic, payload } = msg;
      if (topic !== "command") return done(unexpectedTopic("command-sender", topic, ["command"]));
      if (!isCommand(payload)) return done(new Error(`not a Command: ${problemsOf(isCommand)}`));
      const { commandSender } = platform();
      if (commandSender === null) return done();
      commandSender
        .send(payload.id)
        .then((command) => {
          if (command !== null) sent += 1;
          status.show("works", String(sent));
          done();
        })
        .catch((error: unknown) => {
          status.show("broken", "command-sender.status.failed");
          done(error instanceof Error ? error : new Error(String(error)));
        });
    });
    this.on("close", () => {
      unsubscribe?.();
      status.close();
    });
  }
  RED.nodes.registerType("command-sender", CommandSenderNode);
}
