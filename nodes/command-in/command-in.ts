import type { Node, NodeAPI, NodeDef } from "node-red";
import { createStatusDisplay } from "../_shared/node-status.ts";
import { platform, platformIfStarted } from "../_shared/platform.ts";

/** Hands out the commands of this process' sites that may be sent, one by one. Without it nothing is claimed. */
export default function registerCommandIn(RED: NodeAPI): void {
  function CommandInNode(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);
    if (!platformIfStarted()) {
      status.show("broken", "command-in.status.no-platform");
      return;
    }
    const { commandSender } = platform();
    if (commandSender === null) {
      status.show("off", "command-in.status.elsewhere");
      return;
    }
    let taken = 0;
    const detach = commandSender.attach((command) => {
      taken += 1;
      status.show("works", String(taken));
      this.send({ topic: "command", payload: command });
    });
    status.show("works", "command-in.status.waits");
    this.on("close", () => {
      detach();
      status.close();
    });
  }
  RED.nodes.registerType("command-in", CommandInNode);
}
