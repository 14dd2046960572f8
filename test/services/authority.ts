import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { Pair } from "./certificates.ts";

/** A certificate authority in a folder. */
export type Authority = {
  /** Its own certificate. */
  readonly caFile: string;
  /** @param subject becomes the common name, and the name or address that the certificate is for */
  issue(name: string, subject: string): Pair;
};

/** Makes an authority of its own with EC keys (P-256), as an operator would for an internal network. */
export function makeAuthority(folder: string, name: string): Authority {
  const at = (file: string) => path.join(folder, file);
  const openssl = (...words: string[]) => execFileSync("openssl", words, { cwd: folder, stdio: "pipe" });
  const newKey = ["-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  const caFile = at(`${name}-ca.crt`);
  const caKey = at(`${name}-ca.key`);
  openssl("req", "-x509", ...newKey, "-days", "30", "-keyout", caKey, "-out", caFile, "-subj", `/CN=${name}`);
  return {
    caFile,
    issue(file, subject) {
      const pair = { certFile: at(`${file}.crt`), keyFile: at(`${file}.key`) };
      const request = at(`${file}.csr`);
      const extensions = at(`${file}.cnf`);
      writeFileSync(extensions, `subjectAltName=${/^[\d.]+$/.test(subject) ? "IP" : "DNS"}:${subject}\n`);
      openssl("req", "-new", ...newKey, "-keyout", pair.keyFile, "-out", request, "-subj", `/CN=${subject}`);
      const signed = ["-CA", caFile, "-CAkey", caKey, "-CAcreateserial", "-days", "30", "-extfile", extensions];
      openssl("x509", "-req", "-in", request, "-out", pair.certFile, ...signed);
      return pair;
    },
  };
}
