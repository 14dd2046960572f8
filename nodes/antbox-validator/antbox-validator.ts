import type { Node, NodeAPI, NodeDef } from "node-red";
import { ControllerReply } from "../../domain/telemetry/controller-reply.ts";
import { refuseUnsetVariables } from "../_shared/editor-values.ts";
import { compileCheck, compilePastedSchema, type MessageCheck, problemsOf } from "../_shared/message-check.ts";
import { type PlatformMessage, unexpectedTopic } from "../_shared/messages.ts";
import { createStatusDisplay } from "../_shared/node-status.ts";
import { platform } from "../_shared/platform.ts";
import { type ExtraCheck, validateReply } from "./validate-reply.ts";

/** What the editor saves for this node. */
type AntboxValidatorConfig = NodeDef & { schema?: string; schemaFor?: string };
const isReply: MessageCheck<ControllerReply> = compileCheck(ControllerReply);

export default function registerAntboxValidator(RED: NodeAPI): void {
  function AntboxValidatorNode(this: Node, config: AntboxValidatorConfig): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);
    const extraCheck = readExtraCheck(this, config);
    const usableCheck = extraCheck === "invalid" ? null : extraCheck;
    const counts = [0, 0] satisfies [number, number];
    if (extraCheck === "invalid") status.show("broken", "antbox-validator.status.bad-schema");

    this.on("input", (msg: PlatformMessage, send, done) => {
      try {
        const outputs = validate(msg, usableCheck);
        counts[outputs[0] ? 0 : 1] += 1;
        send(outputs);
        if (extraCheck !== "invalid") status.show("works", `✓ ${counts[0]} · ✗ ${counts[1]}`);
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    });
    this.on("close", () => status.close());
  }
  RED.nodes.registerType("antbox-validator", AntboxValidatorNode);
}

/** @returns what goes on, by output: the snapshot, or the rejection */
function validate(msg: PlatformMessage, extraCheck: ExtraCheck | null): (PlatformMessage | null)[] {
  const { topic, payload: reply } = msg;
  if (topic !== "reply") throw unexpectedTopic("antbox-validator", topic, ["reply"]);
  if (!isReply(reply)) throw new Error(`not a ControllerReply: ${problemsOf(isReply)}`);
  const verdict = validateReply(reply, platform(), extraCheck);
  // The message itself goes on, as is usual here: the runtime has given it to this node alone.
  if ("snapshot" in verdict) return [Object.assign(msg, { topic: "snapshot", payload: verdict.snapshot }), null];
  return [null, Object.assign(msg, { topic: "rejected", payload: verdict.rejected, reply })];
}

/** A bad schema must not silence the plant: the node says so and goes on with the profile's limits alone. */
function readExtraCheck(node: Node, config: AntboxValidatorConfig): ExtraCheck | null | "invalid" {
  const { schema = "", schemaFor = "snapshot" } = config;
  if (schema.trim() === "") return null;
  try {
    refuseUnsetVariables({ schema, schemaFor });
    return { of: schemaFor === "replies" ? "replies" : "snapshot", check: compilePastedSchema(schema) };
  } catch (error) {
    node.error(`antbox-validator settings: ${error instanceof Error ? error.message : String(error)}`);
    return "invalid";
  }
}
