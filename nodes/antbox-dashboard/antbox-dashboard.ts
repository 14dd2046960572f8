import type { NodeAPI } from "node-red";
import { createSocketGuard } from "./socket-guard.ts";
import { socketSetup } from "./socket-setup.ts";

/** Plugin of Dashboard 2.0: what a socket may do is asked at each action, not only when it connects. */
export default function registerAntboxDashboard(RED: NodeAPI): void {
  const guard = createSocketGuard({
    nowMs: () => Date.now(),
    typeOf: (nodeId) => (RED.nodes.getNode(nodeId) as { readonly type: string } | null)?.type,
  });
  const plugin = {
    type: "node-red-dashboard-2",
    hooks: {
      onAction: guard,
      onChange: guard,
      onSend: guard,
      onSetup: (config: { path?: string }) => socketSetup(RED.settings.httpNodeRoot, config.path),
    },
  };
  RED.plugins.registerPlugin("antbox-dashboard", plugin);
}
