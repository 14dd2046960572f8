import path from "node:path";
import { readableAddresses, runProgram, type Scanner, type Target } from "./scanner.ts";

const EACH_S = 45;
const ALL_S = 480;
const OPTIONS =
  "--batch --level 2 --risk 1 --technique BEU --dbms PostgreSQL --threads 4 --timeout 10 --retries 1 --flush-session " +
  "--disable-coloring --ignore-code * -v 3";
const INJECTABLE = /^Parameter: .*$|is vulnerable|appears to be .* injectable/gm;

/** Tries every parameter of every address of the API that has one, and the segments of paths. */
export const sqlmap: Scanner = {
  name: "sqlmap",
  program: "sqlmap",
  async scan(target) {
    const addresses = readableAddresses(target)
      .map((address) => address.replace("/site-001", "/site-001*"))
      .filter((address) => /[?*]/.test(address));
    const endsAtMs = performance.now() + ALL_S * 1000;
    const findings: string[] = [];
    const tried = { addresses: 0, payloads: 0, cut: 0 };
    for (const address of addresses) {
      if (performance.now() > endsAtMs) break;
      const { output, isComplete } = await tryAddress(target, address, tried.addresses);
      tried.addresses += 1;
      tried.payloads += output.match(/\[PAYLOAD\]/g)?.length ?? 0;
      if (!isComplete) tried.cut += 1;
      findings.push(...findingsIn(output).map((line) => `${new URL(address).pathname}: ${line}`));
    }
    const figures = `${tried.payloads} payloads at ${tried.addresses} of ${addresses.length} addresses, ${tried.cut} cut after ${EACH_S} s`;
    return { findings, figures };
  },
};

function tryAddress({ token, folder }: Target, address: string, index: number) {
  const own = [
    "-u",
    address,
    "--headers",
    `Authorization: Bearer ${token}`,
    "--output-dir",
    path.join(folder, "sqlmap"),
  ];
  return runProgram(["sqlmap", ...OPTIONS.split(" "), ...own], { folder, name: `sqlmap-${index}`, limitS: EACH_S });
}

function findingsIn(output: string): string[] {
  const found = [...output.matchAll(INJECTABLE)].map(([line]) => line);
  // A scan that could not begin says nothing.
  if (found.length > 0 || output.includes("[PAYLOAD]")) return found;
  return [`it tried nothing: ${/\[(CRITICAL|ERROR)\].*/.exec(output)?.[0] ?? "no reason given"}`];
}
