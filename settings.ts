import path from "node:path";
import type nodeRed from "node-red";
import { createFlowStorage, type Deploy } from "./adapters/flow-storage/flow-storage.ts";
import { createDashboardAccess } from "./adapters/node-red/dashboard-access.ts";
import { createDashboardPolicy } from "./adapters/node-red/dashboard-policy.ts";
import { createEditorAccess, EDITOR_ROOT, type EditorMode } from "./adapters/node-red/editor-access.ts";
import { createLogging, type LogLevel, type NodeRedLogEntry } from "./adapters/node-red/logging.ts";
import type { SessionSource } from "./adapters/node-red/session-source.ts";

export type NodeRedOptions = SessionSource & {
  /** Folder of our package.json: palette, widgets and examples are found from there. */
  readonly projectRoot: string;
  /** DATA_DIR; Node-RED's own files go into `nodered` below it, and nowhere else. */
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  /** `scheme://host[:port]` as browsers send it in `Origin`. */
  readonly publicOrigin: string;
  readonly editor: EditorMode;
  /** Key of Node-RED's credentials file; from SECRET_KEY. */
  readonly credentialSecret: string;
  /** The key before, while a rotation is under way: what it has encrypted is encrypted anew at the start. */
  readonly previousCredentialSecret?: string | null;
  readonly logLevel: LogLevel;
  readonly flowsDir: string;
  /** True when a flow has a node of that type, such as `ui-template`. Absent: as if every type were there. */
  readonly hasNodeOfType?: (type: string) => boolean;
  /** For processes without the role `ui`: no Dashboard tabs; needs an editor that is not `on`. */
  readonly withoutDashboard?: boolean;
  /** npm packages with nodes that an integrator has put into `DATA_DIR/nodered` and vouches for. */
  readonly allowedModules?: readonly string[];
  readonly onDeploy?: (deploy: Deploy) => void;
  /** Told when Node-RED's file of credentials is not as it was sealed. */
  readonly onCredentials?: (state: "changed" | "unsealed") => void;
  /** Takes Node-RED's log lines; standard output as JSON lines when absent. */
  readonly onLog?: (entry: NodeRedLogEntry) => void;
};

/** What the pages, the editor and their sockets ask about a session. */
export type NodeRedAccess = ReturnType<typeof createEditorAccess> &
  ReturnType<typeof createDashboardAccess> & {
    /** Express middleware for all below `/dashboard`. */
    readonly dashboardPolicy: ReturnType<typeof createDashboardPolicy>;
  };
export type NodeRedSettings = Parameters<nodeRed.NodeRedApp["init"]>[1];

/** Shell commands, raw sockets and the server's files are not for flows. */
export const EXCLUDED_CORE_NODES: readonly string[] = [
  "90-exec.js",
  "31-tcpin.js",
  "32-udp.js",
  "10-file.js",
  "23-watch.js",
];
const OWN_MODULES = ["antbox-flow", "@flowfuse/node-red-dashboard"];
/** Of the process environment, what a flow must not read. */
const SECRET_VARIABLES = [
  "DATABASE_URL",
  "REDIS_URL",
  "ADMIN_PASSWORD",
  "SECRET_KEY",
  "SECRET_KEY_PREVIOUS",
  "OIDC_CLIENT_SECRET",
];

export function createNodeRedAccess(options: NodeRedOptions): NodeRedAccess {
  return {
    ...createEditorAccess(options, options.editor),
    ...createDashboardAccess(options),
    dashboardPolicy: createDashboardPolicy({
      publicOrigin: options.publicOrigin,
      compilesTemplates: () => options.hasNodeOfType?.("ui-template") ?? true,
    }),
  };
}

/**
 * Everything that Node-RED and the Dashboard are told, for `RED.init`. The command line of Node-RED normalises what it
 * is given; an embedder must give it ready-made: roots with slashes at both ends, real `uiHost` and `uiPort`.
 */
export function createNodeRedSettings(options: NodeRedOptions, access = createNodeRedAccess(options)): NodeRedSettings {
  const settings = {
    uiHost: options.host,
    uiPort: options.port,
    httpAdminRoot: EDITOR_ROOT,
    httpNodeRoot: "/",
    userDir: path.join(options.dataDir, "nodered"),
    nodesDir: [options.projectRoot],
    nodesExcludes: EXCLUDED_CORE_NODES,
    flowFile: "flows.json",
    credentialSecret: options.credentialSecret,
    storageModule: createFlowStorage({
      flowsDir: options.flowsDir,
      isReadOnly: options.editor !== "on",
      withoutDashboard: options.withoutDashboard ?? false,
      credentialSecrets: { present: options.credentialSecret, former: options.previousCredentialSecret ?? null },
      ...(options.onDeploy && { onDeploy: options.onDeploy }),
      ...(options.onCredentials && { onCredentials: options.onCredentials }),
    }),
    // In the mode `off` the composition root does not mount `httpAdmin` either: this flag alone would keep its API.
    disableEditor: options.editor === "off",
    adminAuth: access.adminAuth,
    httpAdminMiddleware: access.httpAdminMiddleware,
    httpNodeMiddleware: access.requireSession,
    dashboard: {
      middleware: [access.requireSession, access.dashboardPolicy],
      ioMiddleware: [access.ioMiddleware],
    },
    ...airGap(options.allowedModules ?? []),
    ...runtimeLimits(),
    editorTheme: editorTheme(),
    logging: createLogging(options.logLevel, options.onLog),
  };
  // The published types are those of Node-RED 3.
  return settings as unknown as NodeRedSettings;
}

/** Nothing is fetched, installed, reported or shown that needs the outside or tells of the host. */
function airGap(allowedModules: readonly string[]) {
  const allowList = [...OWN_MODULES, ...allowedModules];
  return {
    externalModules: {
      autoInstall: false,
      palette: { allowInstall: false, allowUpdate: false, allowUpload: false, allowList, denyList: ["*"] },
      modules: { allowInstall: false, allowList: [], denyList: ["*"] },
    },
    functionExternalModules: false,
    diagnostics: { enabled: false, ui: false },
    runtimeState: { enabled: false, ui: false },
    telemetry: { enabled: false, updateNotification: false },
    // A property of this object cannot be changed at run time: a user's own choice is refused instead of winning.
    telemetryEnabled: false,
  };
}

function runtimeLimits() {
  return {
    apiMaxLength: "5mb",
    debugMaxLength: 1000,
    nodeCloseTimeout: 15_000,
    httpRequestTimeout: 10_000,
    globalFunctionTimeout: 10,
    functionGlobalContext: {},
    exportGlobalContextKeys: false,
    envVarExcludes: SECRET_VARIABLES.flatMap((name) => [name, `${name}_FILE`]),
    contextStorage: {
      default: "memory",
      memory: { module: "memory" },
      file: { module: "localfilesystem", config: { flushInterval: 30 } },
    },
  };
}

function editorTheme() {
  return {
    page: { title: "AntBox Flow" },
    header: { title: "AntBox Flow" },
    tours: false,
    projects: { enabled: false },
    palette: { catalogues: [], categories: ["antbox", "common", "function", "network", "sequence", "parser"] },
    codeEditor: { lib: "monaco" },
    multiplayer: { enabled: false },
    logout: { redirect: "/login" },
  };
}
