import { OptionError, parseCommandLine, USAGE } from "./options.ts";
import { startSimulator } from "./simulator.ts";

/** `node simulator/main.ts --sites 150 --port 8000`: the simulated fleet as a program of its own. */
async function main(): Promise<void> {
  const options = parseCommandLine(process.argv.slice(2));
  if (options === null) {
    console.log(USAGE);
    return;
  }
  const simulator = await startSimulator(options);
  const file = options.sitesFile === null ? "no sites file" : `sites file ${options.sitesFile}`;
  console.log(`simulator: ${options.sites} sites on ${simulator.describe}, control ${simulator.controlUrl}, ${file}`);
  const wantsFfmpeg = options.cameras === "on" || options.cameras === "shared";
  if (wantsFfmpeg && !simulator.cameras.content.hasFfmpeg)
    console.log("simulator: FFmpeg is not installed: the cameras show a small loop, without sites' ids");
  const stop = () => {
    simulator.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

function fail(error: unknown): never {
  console.error(`simulator: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(error instanceof OptionError ? 2 : 1);
}

main().catch(fail);
