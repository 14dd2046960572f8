import vue from "@vitejs/plugin-vue";
import { build, defineConfig, type InlineConfig, type Plugin, type UserConfig } from "vite";
import cssInjectedByJs from "vite-plugin-css-injected-by-js";
import * as Vue from "vue";

/**
 * `vite build` makes all three: the widgets, which Dashboard 2.0 loads into its own Vue, the script that opens the live
 * stream before Dashboard is there, and the login page, which stands alone and keeps its style sheet in a file, so that
 * its policy can forbid inline styles.
 */
const WIDGETS = [
  "ui-antbox-shell",
  "ui-fleet-overview",
  "ui-site-detail",
  "ui-trends",
  "ui-fleet-heatmap",
  "ui-video-wall",
  "ui-alarms",
  "ui-commands",
  "ui-jobs",
  "ui-admin",
];
const BROWSERS = ["chrome111", "edge111", "firefox114", "safari16.4"];

const CHART_CODE =
  /[\\/]node_modules[\\/](?:echarts|zrender|tslib)[\\/]|[\\/]dashboard[\\/]trends[\\/]echarts-kit\.ts$/;
const TREND_CODE = /[\\/]dashboard[\\/]trends[\\/]/;
/** What only the administration needs. */
const ADMIN_CODE = [
  /[\\/]dashboard[\\/](?:admin[\\/]|locales[\\/](?:admin-|inventory-|command-writes-|notifications-|problems))/,
  /[\\/]dashboard[\\/]composables[\\/](?:use-list|use-password-policy|problem-text)/,
  /[\\/]domain[\\/](?:settings|webhooks|notification|access[\\/](?:password-policy|service-token))/,
];
/** What only the alarm centre needs; its later tabs share it. */
const ALARM_CODE = /[\\/]dashboard[\\/](?:alarms[\\/]|locales[\\/]alarms-)/;
/** What only pages with commands need: loaded when somebody looks at a site or at the commands. */
const COMMAND_CODE =
  /[\\/](?:dashboard[\\/](?:command(?:s|-page)[\\/]|locales[\\/]command(?:s|-page)-)|domain[\\/]commands[\\/])/;
/** What only pages with cameras need, and the library that plays them, which loads when something is played. */
const VIDEO_CODE = /[\\/](?:dashboard[\\/](?:(?:site-)?video[\\/]|locales[\\/](?:site-)?video-)|domain[\\/]video[\\/])/;
const PLAYER_CODE = /[\\/]node_modules[\\/]hls\.js[\\/]|[\\/]dashboard[\\/]video[\\/]hls-kit\.ts$/;
const isAdminCode = (id: string): boolean => ADMIN_CODE.some((pattern) => pattern.test(id));

/** Dashboard offers its Vue as `window.Vue`; a second copy could not share components or injections with it. */
function dashboardVue(): Plugin {
  const names = Object.keys(Vue).filter((name) => name !== "default" && /^[\w$]+$/.test(name));
  return {
    name: "dashboard-vue",
    enforce: "pre",
    resolveId: (id) => (id === "vue" ? "\0dashboard-vue" : null),
    load: (id) => (id === "\0dashboard-vue" ? `export const { ${names.join(", ")} } = globalThis.Vue;` : null),
  };
}

/**
 * The catalogue and the frames are described by zod schemas, but a browser checks nothing with them: the server did.
 * A stand-in keeps some 60 KB out of every page, and throws if a schema is ever asked to parse, or what its choices are.
 */
function schemasWithoutZod(): Plugin {
  const standIn = `
    const refuse = (name) => () => { throw new Error("schemas do not " + name + " in the browser"); };
    const schema = new Proxy(() => schema, {
      get: (_, name) => {
        if (name === "options") refuse("tell their " + name)();
        return /parse|decode|encode/i.test(String(name)) ? refuse(String(name)) : schema;
      },
      apply: () => schema,
    });
    export const z = schema;`;
  return {
    name: "schemas-without-zod",
    enforce: "pre",
    resolveId: (id) => (id === "zod" ? "\0schemas-without-zod" : null),
    load: (id) => (id === "\0schemas-without-zod" ? standIn : null),
  };
}

const login: InlineConfig = {
  configFile: false,
  root: "dashboard/login",
  base: "/login/",
  publicDir: false,
  build: {
    outDir: "../../resources/login",
    emptyOutDir: true,
    target: BROWSERS,
    modulePreload: false,
    assetsInlineLimit: 0,
    sourcemap: false,
    rolldownOptions: {
      output: {
        entryFileNames: "[name]-[hash].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: "[name]-[hash][extname]",
      },
    },
  },
};

/** Stands alone as well: it runs before there is a Vue, so it must share no file with the widgets. */
const earlyLive: InlineConfig = {
  configFile: false,
  publicDir: false,
  plugins: [schemasWithoutZod()],
  build: {
    outDir: "resources",
    emptyOutDir: false,
    target: BROWSERS,
    modulePreload: false,
    sourcemap: false,
    rolldownOptions: {
      input: { "early-live": "dashboard/early-live/early-live.ts" },
      output: { format: "es", entryFileNames: "[name].js" },
    },
  },
};

/** The widgets' build empties the output folder: what stands alone must come after it. */
function thenTheRest(): Plugin {
  return {
    name: "then-the-rest",
    apply: "build",
    async closeBundle() {
      await build(earlyLive);
      await build(login);
    },
  };
}

const widgets: UserConfig = {
  base: "./",
  publicDir: false,
  plugins: [dashboardVue(), schemasWithoutZod(), vue(), cssInjectedByJs({ relativeCSSInjection: true }), thenTheRest()],
  define: { "process.env.NODE_ENV": '"production"' },
  build: {
    outDir: "resources",
    emptyOutDir: true,
    target: BROWSERS,
    modulePreload: false,
    cssCodeSplit: true,
    sourcemap: false,
    rolldownOptions: {
      input: Object.fromEntries(WIDGETS.map((name) => [name, `dashboard/${name}/${name}.ts`])),
      preserveEntrySignatures: "allow-extension",
      output: {
        format: "es",
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name]-[hash].js",
        // One file for all that is shared: each file more is a request more while the page starts. What only pages with
        // trends need is apart from it, and the chart library apart from both: the overview must not wait for either. What
        // several sections of the administration share is one file; each section is another, and loads when it is opened.
        codeSplitting: {
          groups: [
            {
              name: "shared",
              minShareCount: 2,
              priority: 3,
              test: (id) =>
                ![TREND_CODE, CHART_CODE, ALARM_CODE, COMMAND_CODE, VIDEO_CODE, PLAYER_CODE].some((own) =>
                  own.test(id),
                ) && !isAdminCode(id),
            },
            { name: "charts", priority: 2, test: CHART_CODE },
            { name: "player", priority: 2, test: PLAYER_CODE },
            { name: "video", priority: 1, minShareCount: 2, test: VIDEO_CODE },
            { name: "trends", priority: 1, test: TREND_CODE },
            { name: "alarms", priority: 1, minShareCount: 2, test: ALARM_CODE },
            { name: "commands", priority: 1, minShareCount: 2, test: COMMAND_CODE },
            { name: "admin", priority: 1, minShareCount: 2, test: isAdminCode },
          ],
        },
      },
    },
  },
};

export default defineConfig(widgets);
