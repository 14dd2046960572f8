import { parentPort, workerData } from "node:worker_threads";
import type { OpenApiDocument } from "../../../api/openapi.ts";
import { type Call, openContract } from "./contract.ts";

/** Compiling the schemas takes seconds of processor time: the test that sends the calls is not to wait for that. */
const contract = openContract(workerData as OpenApiDocument);

parentPort?.on("message", (call: Call) => {
  void contract
    .then(({ judge }) => judge(call))
    .catch((error: unknown) => ({ operation: null, violations: [`${call.method} ${call.target}: ${String(error)}`] }))
    .then((verdict) => parentPort?.postMessage(verdict));
});
