import type { Node, NodeAPI, NodeDef } from "node-red";
import { platformIfStarted } from "../_shared/platform.ts";
import { describePlatform } from "./describe-platform.ts";

/**
 * The platform that the other nodes work with. There is one per process, configured by the environment, so this node
 * holds no settings and no secret; its form shows what is there.
 */
export default function registerAntboxPlatform(RED: NodeAPI): void {
  function AntboxPlatformNode(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
  }
  RED.nodes.registerType("antbox-platform", AntboxPlatformNode);

  RED.httpAdmin.get("/antbox-platform/services", RED.auth.needsPermission("flows.read"), (_request, response) => {
    response.json(describePlatform(platformIfStarted()));
  });
}
