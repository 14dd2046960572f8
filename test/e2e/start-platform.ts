import {
  ADMIN_PASSWORD,
  type PlatformProcess,
  type PlatformOptions as ProcessOptions,
  startFleet,
  startPlatform as startProcess,
} from "../services/start-platform.ts";

/** A platform that a browser can be pointed at. `kill` and `start` are null for one that the test did not start itself. */
export type RunningPlatform = {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly sites: number;
  /** `kill -9`. */
  readonly kill: (() => Promise<void>) | null;
  /** Again on the same port, with the same data; resolves when it is ready. */
  readonly start: (() => Promise<void>) | null;
  close(): Promise<void>;
};

export type PlatformOptions = {
  readonly sites: number;
  readonly intervalS: number;
  /** Further settings of the platform. */
  readonly environment?: Readonly<Record<string, string>>;
};

/** How the process itself is started: as it is, or behind the judge of `watched-platform.ts`. */
type Starter = (options: ProcessOptions) => Promise<PlatformProcess>;

/**
 * The built platform with the embedded database and a simulated fleet, each a process of its own on loopback. With
 * `E2E_URL` (and `E2E_USERNAME`, `E2E_PASSWORD`, `E2E_SITES`) in the environment nothing is started.
 *
 * @throws {Error} with the last lines of its log when it is not ready in time
 */
export async function startPlatform(
  options: PlatformOptions,
  starter: Starter = startProcess,
): Promise<RunningPlatform> {
  const given = process.env["E2E_URL"];
  return given === undefined ? await startOwn(options, starter) : givenPlatform(given, options);
}

function givenPlatform(url: string, options: PlatformOptions): RunningPlatform {
  return {
    url: url.replace(/\/$/, ""),
    username: process.env["E2E_USERNAME"] ?? "admin",
    password: process.env["E2E_PASSWORD"] ?? "",
    sites: Number(process.env["E2E_SITES"] ?? options.sites),
    kill: null,
    start: null,
    close: () => Promise.resolve(),
  };
}

async function startOwn(
  { sites, intervalS, environment = {} }: PlatformOptions,
  starter: Starter,
): Promise<RunningPlatform> {
  const fleet = await startFleet(sites, ["--interval-s", String(intervalS), "--seed", "7"]);
  let platform: PlatformProcess | undefined;
  const close = async (): Promise<void> => {
    await Promise.all([platform?.dispose(), fleet.stop()]);
  };
  try {
    const started = await starter({
      sitesFile: fleet.sitesFile,
      databaseUrl: null,
      environment: { POLL_INTERVAL_S: String(intervalS), LOG_LEVEL: "warn", ...environment },
    });
    platform = started;
    await started.ready();
    return {
      url: started.url,
      username: "admin",
      password: ADMIN_PASSWORD,
      sites,
      kill: started.kill,
      async start() {
        await started.start();
        await started.ready();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
