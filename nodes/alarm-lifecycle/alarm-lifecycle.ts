import type { Node, NodeAPI, NodeDef } from "node-red";
import { z } from "zod";
import { ConditionEvent } from "../../domain/alarms/alarm-event.ts";
import { compileCheck, type MessageCheck, problemsOf } from "../_shared/message-check.ts";
import { type PlatformMessage, unexpectedTopic } from "../_shared/messages.ts";
import { createStatusDisplay } from "../_shared/node-status.ts";
import { platform, platformIfStarted } from "../_shared/platform.ts";

const Judged = z.strictObject({ events: z.array(ConditionEvent), place: z.int().min(0) });
type Judged = z.infer<typeof Judged>;
const isJudged: MessageCheck<Judged> = compileCheck(Judged);

/**
 * Stores what became of each alarm, and hands out every change that this process has stored: those of its conditions, of
 * people, and of shelvings that have ended.
 */
export default function registerAlarmLifecycle(RED: NodeAPI): void {
  function AlarmLifecycleNode(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);
    let changes = 0;
    const unsubscribe = platformIfStarted()?.alarms.store.onChange((transitions) => {
      changes += transitions.length;
      status.show("works", String(changes));
      this.send([transitions.map((transition) => ({ topic: "alarm", payload: transition }))]);
    });

    this.on("input", (msg: PlatformMessage, _send, done) => {
      if (msg.topic !== "alarm-conditions") {
        return done(unexpectedTopic("alarm-lifecycle", msg.topic, ["alarm-conditions"]));
      }
      const { payload } = msg;
      if (!isJudged(payload)) return done(new Error(`not alarm conditions: ${problemsOf(isJudged)}`));
      platform()
        .alarms.record(payload)
        .then(() => done())
        .catch((error: unknown) => {
          status.show("broken", "alarm-lifecycle.status.failed");
          done(error instanceof Error ? error : new Error(String(error)));
        });
    });
    this.on("close", () => {
      unsubscribe?.();
      status.close();
    });
  }
  RED.nodes.registerType("alarm-lifecycle", AlarmLifecycleNode);
}
