import { readFileSync } from "node:fs";
import path from "node:path";
import { runProgram, type Scanner } from "./scanner.ts";

/** What a certificate made for this scan cannot have: it signs itself, and no authority or name server knows it. */
const OF_THE_CERTIFICATE = /^(cert_|OCSP|DNS_CAArecord|certs_|crl|overall_grade|grade_cap|final_score|trust)/i;
/** The prober's own limits, and the machine's: its PUBLIC_URL is an address here. */
const OF_THE_PROBER = /^(engine_problem|old_fart|scanTime|scanProblem|pre_128cipher|optimal_proto|ipv4_in_header)/;
const BAD = ["LOW", "MEDIUM", "HIGH", "CRITICAL", "FATAL"];

type Line = { readonly id: string; readonly severity: string; readonly finding: string };

export const testssl: Scanner = {
  name: "testssl.sh",
  program: "testssl",
  async scan({ port, folder }) {
    const file = path.join(folder, "testssl.json");
    const words = ["testssl", "--quiet", "--color", "0", "--warnings", "off", "--jsonfile", file];
    const { isComplete } = await runProgram([...words, `127.0.0.1:${port}`], {
      folder,
      name: "testssl",
      limitS: 900,
    });
    const lines = JSON.parse(readFileSync(file, "utf8")) as Line[];
    const own = lines.filter(({ id }) => !OF_THE_CERTIFICATE.test(id) && !OF_THE_PROBER.test(id));
    const findings = own
      .filter(({ severity }) => BAD.includes(severity))
      .map(({ id, severity, finding }) => `${severity} ${id}: ${finding}`);
    if (!isComplete) findings.push("it did not come to its end");
    return { findings, figures: `${own.length} checks, ${own.filter(({ severity }) => severity === "OK").length} OK` };
  },
};
