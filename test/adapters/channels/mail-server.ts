import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { RECEIVER_HOST } from "../webhooks/receiver.ts";

export type Letter = {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly mail: Email;
};
export type MailServerUnderTest = {
  readonly port: number;
  readonly letters: Letter[];
  /** What happens once the whole mail is there; null: it is taken. */
  onLetter: (() => Error | "hang" | "drop" | null) | null;
  close(): Promise<void>;
};

export type Certificate = { readonly key: Buffer; readonly cert: Buffer };

/** For one name, by nobody that anybody knows. */
export function makeCertificate(name: string): Certificate {
  const folder = mkdtempSync(path.join(tmpdir(), "antbox-mail-"));
  const files = ["-keyout", path.join(folder, "key.pem"), "-out", path.join(folder, "cert.pem")];
  const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`, "-days", "2"];
  const kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  execFileSync("openssl", [...kind, ...files, ...subject], { stdio: "ignore" });
  const made = { key: readFileSync(path.join(folder, "key.pem")), cert: readFileSync(path.join(folder, "cert.pem")) };
  rmSync(folder, { recursive: true });
  return made;
}

/** A real SMTP server that keeps what it gets, read by a parser that is not ours. */
export async function startMailServer(options: SMTPServerOptions): Promise<MailServerUnderTest> {
  const letters: Letter[] = [];
  const sockets = new Set<Socket>();
  const under: MailServerUnderTest = { port: 0, letters, onLetter: null, close };
  const server = new SMTPServer({
    logger: false,
    closeTimeout: 100,
    ...options,
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", async () => {
        const raw = Buffer.concat(chunks).toString();
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom ? mailFrom.address : "";
        letters.push({ from, to: rcptTo.map(({ address }) => address), raw, mail: await PostalMime.parse(raw) });
        const fate = under.onLetter?.() ?? null;
        if (fate === "drop") for (const socket of sockets) socket.destroy();
        else if (fate !== "hang") callback(fate);
      });
    },
  });
  server.on("error", () => undefined);
  server.server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
  });
  await new Promise<void>((done) => server.listen(0, RECEIVER_HOST, done));
  function close(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    return new Promise((done) => server.close(() => done()));
  }
  return Object.assign(under, { port: (server.server.address() as AddressInfo).port });
}
