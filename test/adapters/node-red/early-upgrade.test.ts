import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import WebSocket from "ws";
import { createEditorAccess } from "../../../adapters/node-red/editor-access.ts";

test.for(["/dashboard/socket.io/?EIO=4&transport=websocket", "/editor/comms", "//["])(
  "before the flows run, a handshake at %s is refused at once instead of left hanging",
  async (path) => {
    const access = createEditorAccess({ publicOrigin: "http://127.0.0.1", sessionOf: () => null }, "on");
    const server = createServer();
    const seen: (string | undefined)[] = [];
    server.on("upgrade", (request, socket) => access.refuseEarlyUpgrade(request, socket));
    // As Node-RED's own listener, which runs after ours.
    server.on("upgrade", (request) => seen.push(request.url));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
      finishRequest: (request) => {
        request.path = path;
        request.end();
      },
    });
    socket.on("error", () => undefined);
    const [, response] = await once(socket, "unexpected-response");
    expect(response.statusCode).toBe(503);
    expect(seen).toEqual(["/"]);
    socket.terminate();
    server.closeAllConnections();
    server.close();
  },
);
