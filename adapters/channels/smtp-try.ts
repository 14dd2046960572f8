import { isIP } from "node:net";
import { Readable } from "node:stream";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { Delivery } from "../../domain/notification/channel.ts";
import { failed, safeDetail } from "./judge-exchange.ts";

export type MailServer = {
  /** As the certificate names it. */
  readonly host: string;
  /** Where that was found to be. */
  readonly address: string;
  readonly port: number;
  readonly security: "starttls" | "tls" | "none";
  readonly account: { readonly user: string; readonly password: string } | null;
};
export type Mail = { readonly from: string; readonly to: string; readonly raw: Buffer };

type SmtpError = Error & {
  readonly code?: string | undefined;
  readonly originalCode?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly response?: unknown;
};

const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/;
const MOST_REPLY_BYTES = 65_536;
const MOST_ID_CHARS = 100;

/**
 * One conversation with a mail server. The certificate is always checked, and without TLS nothing is said but in plain
 * mode. Ends with the signal at the latest; never rejects.
 *
 * @param signal its reason tells a time limit from a stop
 */
export function trySmtp(server: MailServer, mail: Mail, signal: AbortSignal): Promise<Delivery> {
  const secrets = server.account ? [server.account.password] : [];
  const connection = new SMTPConnection({
    ...optionsOf(server),
    maxResponseSize: MOST_REPLY_BYTES,
    socketCloseTimeout: 0,
  });
  return new Promise((resolve) => {
    // The end of the text is with the network: from here on the server may have taken the mail.
    let wasSent = false;
    const end = (delivery: Delivery): void => {
      signal.removeEventListener("abort", stop);
      if (!delivery.ok) connection.close();
      resolve(delivery);
    };
    const fail = (error: SmtpError): void => end(deliveryOf(error, wasSent, secrets));
    const stop = (): void => {
      const word = isTimeout(signal.reason) ? "timeout" : "stopped";
      end(failed({ word, retryable: true, mayHaveArrived: wasSent }));
    };
    const send = (): void => {
      const text = Readable.from([mail.raw]).on("end", () => {
        wasSent = true;
      });
      connection.send({ from: mail.from, to: [mail.to], size: mail.raw.length }, text, (error, sent) => {
        if (error || !sent) return fail(error ?? new Error("no reply"));
        end({ ok: true, providerId: safeDetail(sent.response, secrets).slice(0, MOST_ID_CHARS) });
        leave(connection);
      });
    };
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    connection.on("error", fail);
    connection.connect((error) => {
      if (error) return fail(error);
      if (server.account === null) return send();
      const { user, password } = server.account;
      connection.login({ user, pass: password, credentials: { user, pass: password } }, (refused) =>
        refused ? fail(refused) : send(),
      );
    });
  });
}

function optionsOf({ host, address, port, security }: MailServer) {
  const named = isIP(host) === 0 ? { servername: host } : {};
  return {
    host: address,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    ...named,
    tls: { minVersion: "TLSv1.2", rejectUnauthorized: true, ...named },
  } as const;
}

/** The mail is delivered: a server that does not say goodbye is not waited for. */
function leave(connection: SMTPConnection): void {
  const timer = setTimeout(() => connection.close(), 1_000);
  timer.unref();
  connection.once("end", () => clearTimeout(timer));
  connection.quit();
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === "TimeoutError";
}

/** Replies that begin with 4 pass, those with 5 last (RFC 5321 §4.2.1). */
function deliveryOf(error: SmtpError, wasSent: boolean, secrets: readonly string[]): Delivery {
  const { code = "", originalCode = "", responseCode } = error;
  if (code === "ETLS" || TLS_CODE.test(originalCode)) return failed({ word: "tls", retryable: true });
  if (responseCode !== undefined) {
    const detail = safeDetail(typeof error.response === "string" ? error.response : String(responseCode), secrets);
    return failed({ word: code === "EAUTH" ? "sign-in" : "refused", detail, retryable: responseCode < 500 });
  }
  if (code === "EAUTH") return failed({ word: "sign-in", retryable: false });
  // Found by the library before anything was said: an address or a size that no server takes.
  if (code === "EENVELOPE" || code === "EMESSAGE") return failed({ word: "refused", detail: code, retryable: false });
  const word = code === "EPROTOCOL" ? "unreadable-answer" : code === "ETIMEDOUT" ? "timeout" : "connection";
  return failed({ word, retryable: true, mayHaveArrived: wasSent });
}
