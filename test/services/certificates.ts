import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";

export type Pair = { readonly certFile: string; readonly keyFile: string };
export type PairOptions = {
  /** Default: EC P-256. */
  readonly key?: "ec" | `ec:${string}` | `rsa:${number}`;
  /** Days from now; negative: ended before today. Default 30. */
  readonly days?: number;
  readonly host?: string;
};

/** A certificate that signs itself, and its key, as `<name>.crt` and `<name>.key` in the folder. */
export function makeCertificate(folder: string, name: string, options: PairOptions = {}): Pair {
  const { key = "ec", days = 30, host = "127.0.0.1" } = options;
  const pair = { certFile: path.join(folder, `${name}.crt`), keyFile: path.join(folder, `${name}.key`) };
  const [kind, curve = "prime256v1"] = key.split(":");
  const keyArguments = kind === "ec" ? ["ec", "-pkeyopt", `ec_paramgen_curve:${curve}`] : [key];
  const subject = /^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`;
  const stamp = (day: number) => new Date(Date.now() + day * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, "");
  const config = path.join(folder, `${name}.cnf`);
  // `openssl req` alone cannot date a certificate back.
  writeFileSync(config, CA);
  const request = path.join(folder, `${name}.csr`);
  const run = (...words: string[]) => execFileSync("openssl", words, { cwd: folder, stdio: "pipe" });
  run(
    "req",
    "-new",
    "-nodes",
    "-newkey",
    ...keyArguments,
    "-keyout",
    pair.keyFile,
    "-out",
    request,
    "-subj",
    `/CN=${host}`,
  );
  writeFileSync(path.join(folder, "index.txt"), "");
  writeFileSync(path.join(folder, "extensions.cnf"), `subjectAltName=${subject}\n`);
  const dates = ["-startdate", stamp(Math.min(days, 0) - 30), "-enddate", stamp(days)];
  const files = ["-in", request, "-keyfile", pair.keyFile, "-out", pair.certFile, "-extfile", "extensions.cnf"];
  run("ca", "-batch", "-selfsign", "-notext", "-config", config, ...dates, ...files);
  return pair;
}

const CA = `
[ca]
default_ca = own
[own]
database = index.txt
unique_subject = no
rand_serial = yes
new_certs_dir = .
default_md = sha256
policy = any
copy_extensions = none
[any]
commonName = supplied
`;
