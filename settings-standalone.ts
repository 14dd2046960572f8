import { randomBytes, timingSafeEqual } from "node:crypto";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createNodeRedAccess, createNodeRedSettings, type NodeRedOptions } from "./settings.ts";

/**
 * For integrators: `node-red --settings dist/settings.cjs` opens the flows with the palette, without the platform's
 * services, so nothing is polled or stored. There are no sessions either: one user `admin` signs in with ADMIN_PASSWORD,
 * and without that variable nobody does. It listens on this machine only.
 */
const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const port = Number(process.env["PORT"] ?? 1880);
const publicOrigin = process.env["PUBLIC_URL"] ?? `http://127.0.0.1:${port}`;
const options: NodeRedOptions = {
  projectRoot,
  dataDir: path.resolve(process.env["DATA_DIR"] ?? "var"),
  host: "127.0.0.1",
  port,
  publicOrigin: new URL(publicOrigin).origin,
  editor: "on",
  credentialSecret: process.env["SECRET_KEY"] ?? randomBytes(32).toString("base64"),
  sessionOf: () => null,
  logLevel: "info",
  flowsDir: path.resolve(process.env["FLOWS_DIR"] ?? path.join(projectRoot, "flows")),
};

const access = createNodeRedAccess(options);
const ADMIN = { username: "admin", permissions: "*" };
const settings = {
  ...createNodeRedSettings(options, access),
  httpAdminMiddleware: undefined,
  adminAuth: {
    type: "credentials",
    sessionExpiryTime: 8 * 3600,
    users: async (username: string) => (username === ADMIN.username ? ADMIN : null),
    authenticate: async (username: string, password: string) =>
      username === ADMIN.username && isAdminPassword(password) ? ADMIN : null,
    default: async () => null,
  },
};

function isAdminPassword(password: string): boolean {
  const given = Buffer.from(password);
  const expected = Buffer.from(process.env["ADMIN_PASSWORD"] ?? "");
  return expected.length > 0 && given.length === expected.length && timingSafeEqual(given, expected);
}

// biome-ignore lint/style/noDefaultExport: Node-RED reads what `require` of this file gives
export default settings;
