import { RED, startNodeRed } from "../flows/embedded-node-red.ts";
import { listRoutes, watchMounting } from "./editor-routes.ts";

/** A process of its own, which tells its parent the routes of an editor that is on. */
watchMounting();
await startNodeRed({ onLog: () => undefined });
process.send?.(listRoutes(RED.httpAdmin), () => process.exit(0));
