import type { Node, NodeAPI, NodeDef } from "node-red";
import { createStatusDisplay } from "../_shared/node-status.ts";
import { platform, platformIfStarted } from "../_shared/platform.ts";

const LOOK_MS = 5_000;

/** Hands out what the platform finds wrong with itself, to be stored like any other alarm. */
export default function registerPlatformWatch(RED: NodeAPI): void {
  function PlatformWatchNode(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);
    if (!platformIfStarted()) {
      status.show("broken", "platform-watch.status.no-platform");
      return;
    }
    const { selfWatch, alarms } = platform();
    const unsubscribe = selfWatch.onFound((events) =>
      this.send({ topic: "alarm-conditions", payload: alarms.beside(events) }),
    );
    const show = (): void => {
      const active = selfWatch.active().length;
      status.show(active === 0 ? "works" : "broken", active === 0 ? "platform-watch.status.well" : String(active));
    };
    const timer = setInterval(show, LOOK_MS);
    timer.unref();
    show();

    this.on("close", (isRemoved: boolean, done: () => void) => {
      unsubscribe();
      clearInterval(timer);
      status.close();
      const endings = isRemoved ? selfWatch.endings() : [];
      // Not waited for: a database that is away must not hold a deploy up.
      if (endings.length > 0) void alarms.record(alarms.beside(endings)).catch(() => undefined);
      done();
    });
  }
  RED.nodes.registerType("platform-watch", PlatformWatchNode);
}
