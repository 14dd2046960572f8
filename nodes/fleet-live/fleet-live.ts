import type { Node, NodeAPI, NodeDef } from "node-red";
import type { LiveChange } from "../../adapters/live/live-state.ts";
import { createStatusDisplay } from "../_shared/node-status.ts";
import { platform, platformIfStarted } from "../_shared/platform.ts";

/**
 * Hands out what the live state has newly got, of all sites, whichever process polls them: the snapshots of a moment as
 * one message, then the rounds that have ended.
 */
export default function registerFleetLive(RED: NodeAPI): void {
  function FleetLiveNode(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);
    if (!platformIfStarted()) {
      status.show("broken", "fleet-live.status.no-platform");
      return;
    }
    const { liveState } = platform();

    const hand = ({ siteIds, rounds }: LiveChange): void => {
      const snapshots = siteIds.flatMap((siteId) => liveState.get(siteId) ?? []);
      if (snapshots.length > 0) this.send({ topic: "snapshots", payload: snapshots });
      for (const round of rounds) this.send({ topic: "round-report", payload: round });
      status.show("works", String(liveState.all().size));
    };
    const unsubscribe = liveState.onChange(hand);
    status.show("waits", "fleet-live.status.waiting");
    this.on("close", () => {
      unsubscribe();
      status.close();
    });
  }
  RED.nodes.registerType("fleet-live", FleetLiveNode);
}
