import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { AwsClient } from "aws4fetch";
import type { S3Settings } from "../../../adapters/objects/s3-store.ts";
import { accepts, type ChildServer, startChild, waitUntilUp } from "../child-server.ts";
import { freePort } from "../free-port.ts";

/** OpenStack Swift by its S3 interface, with an empty bucket. */
export type S3Server = {
  readonly settings: S3Settings;
  /** Ends it; what it holds stays. */
  stop(): Promise<void>;
  /** Again, at the same address. */
  start(): Promise<void>;
  /** Ends it, and removes what it holds. */
  dispose(): Promise<void>;
};

const PROGRAM = fileURLToPath(new URL("./s3-server.py", import.meta.url));
/** Debian's, which has Debian's Swift; another one may stand before it in the path. */
const PYTHON = "/usr/bin/python3";

export async function startS3Server(): Promise<S3Server> {
  const folder = mkdtempSync(path.join(tmpdir(), "s3-server-"));
  const port = await freePort();
  const settings: S3Settings = {
    endpoint: `http://127.0.0.1:${port}`,
    bucket: "recordings",
    region: "us-east-1",
    accessKey: "antbox:recorder",
    secretKey: "a-secret-of-the-bucket",
  };
  let running: ChildServer | null = null;
  const server: S3Server = {
    settings,
    async start() {
      const words = [PROGRAM, folder, settings.accessKey, settings.secretKey, String(port)];
      running = startChild(PYTHON, words);
      await waitUntilUp(running, () => accepts(port));
    },
    async stop() {
      running?.child.kill("SIGKILL");
      await running?.exited;
    },
    async dispose() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  try {
    await server.start();
    const { accessKey: accessKeyId, secretKey: secretAccessKey, region } = settings;
    const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: 2 });
    const made = await client.fetch(`${settings.endpoint}/${settings.bucket}`, { method: "PUT" });
    if (!made.ok) throw new Error(`the bucket could not be made: ${made.status} ${await made.text()}`);
    return server;
  } catch (error) {
    await server.dispose();
    throw error;
  }
}
