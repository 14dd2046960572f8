import type { Node, NodeAPI, NodeDef } from "node-red";
import { AlarmTransition } from "../../domain/alarms/alarm.ts";
import { compileCheck, type MessageCheck, problemsOf } from "../_shared/message-check.ts";
import { type PlatformMessage, unexpectedTopic } from "../_shared/messages.ts";
import { createStatusDisplay, inBothLanguages } from "../_shared/node-status.ts";
import { platform, platformIfStarted } from "../_shared/platform.ts";
import english from "./locales/en-US/notify.json" with { type: "json" };
import chinese from "./locales/zh-CN/notify.json" with { type: "json" };

const isTransition: MessageCheck<AlarmTransition> = compileCheck(AlarmTransition);
const STATUS_EVERY_MS = 1000;

/**
 * Hands changes of alarms to the platform, which decides by its routes who is told what. What passes no such node tells
 * nobody. The message goes on when it is stored, so that nothing is lost between here and there.
 */
export default function registerNotify(RED: NodeAPI): void {
  function NotifyNode(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);
    const detach = platformIfStarted()?.notifications.attach();
    let taken = 0;
    const [zh, en] = [chinese.notify.status, english.notify.status];
    const showState = () => {
      const stats = platformIfStarted()?.notifications.stats();
      if (stats === undefined) status.show("broken", "notify.status.no-platform");
      else if (stats.isBehind) status.show("waits", inBothLanguages(zh.waits, en.waits, { count: stats.waiting }));
      else status.show("works", inBothLanguages(zh.taken, en.taken, { count: taken }));
    };
    showState();
    const timer = setInterval(showState, STATUS_EVERY_MS);

    this.on("input", (msg: PlatformMessage, send, done) => {
      if (msg.topic !== "alarm") return done(unexpectedTopic("notify", msg.topic, ["alarm"]));
      const { payload } = msg;
      if (!isTransition(payload)) return done(new Error(`not an AlarmTransition: ${problemsOf(isTransition)}`));
      taken += payload.isAnnounced ? 1 : 0;
      platform()
        .notifications.take([payload])
        .then(() => {
          send(msg);
          done();
        })
        .catch((error: unknown) => done(error instanceof Error ? error : new Error(String(error))));
    });
    this.on("close", () => {
      detach?.();
      clearInterval(timer);
      status.close();
    });
  }
  RED.nodes.registerType("notify", NotifyNode);
}
