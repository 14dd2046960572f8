import type { Node, NodeAPI, NodeDef } from "node-red";
import { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { refuseUnsetVariables } from "../_shared/editor-values.ts";
import { compileCheck, type MessageCheck, problemsOf } from "../_shared/message-check.ts";
import { type PlatformMessage, unexpectedTopic } from "../_shared/messages.ts";
import { createStatusDisplay } from "../_shared/node-status.ts";
import type { BlueprintConfig } from "./migrate-settings.ts";
import { readSettings, type Settings } from "./settings.ts";

const isSnapshot: MessageCheck<Snapshot> = compileCheck(Snapshot);

/** Marks slow replies: counts those slower than its setting, and passes every snapshot on. */
export default function registerBlueprint(RED: NodeAPI): void {
  function BlueprintNode(this: Node, config: NodeDef & BlueprintConfig): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);
    const settings = settingsOf(this, config);
    let slow = 0;
    if (settings === null) status.show("broken", "blueprint.status.bad-config");

    this.on("input", (msg: PlatformMessage, send, done) => {
      try {
        const snapshot = snapshotOf(msg);
        if (settings !== null) {
          if (snapshot.latencyMs > settings.slowAfterMs) slow += 1;
          status.show("works", String(slow));
        }
        // With bad settings too: a silent node would silence every node behind it.
        send(msg);
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    });
    this.on("close", () => status.close());
  }
  RED.nodes.registerType("blueprint", BlueprintNode);
}

function snapshotOf({ topic, payload }: PlatformMessage): Snapshot {
  if (topic !== "snapshot") throw unexpectedTopic("blueprint", topic, ["snapshot"]);
  if (!isSnapshot(payload)) throw new Error(`not a Snapshot: ${problemsOf(isSnapshot)}`);
  return payload;
}

function settingsOf(node: Node, config: NodeDef & BlueprintConfig): Settings | null {
  try {
    refuseUnsetVariables(config);
    return readSettings(config);
  } catch (error) {
    node.error(`blueprint settings: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}
