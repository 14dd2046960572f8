/** Imports point inwards: nodes, api, server → adapters → domain ← dashboard. Each rule says why it is there. */
const OUTSIDE_DOMAIN = "^(adapters|nodes|api|dashboard|simulator|scripts|test|bench)/|^[^/]+\\.ts$";

export default {
  forbidden: [
    {
      name: "no-cycles",
      comment: "a cycle of types alone is gone when the code runs",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    { name: "not-to-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "domain-is-pure",
      comment: "domain/ runs in the browser, in the back-test and in tests: it imports zod and itself",
      severity: "error",
      from: { path: "^domain/" },
      to: { pathNot: "^domain/|^node_modules/zod/" },
    },
    {
      name: "adapters-do-not-look-up",
      comment: "an adapter serves; who uses it is not its business",
      severity: "error",
      from: { path: "^adapters/" },
      to: { path: "^(nodes|api|dashboard|simulator|scripts|test|bench)/" },
    },
    {
      name: "adapters-do-not-know-each-other",
      comment: "they meet in the composition root; shared types live in domain/",
      severity: "error",
      from: { path: "^adapters/([^/]+)/" },
      to: { path: "^adapters/", pathNot: "^adapters/$1/" },
    },
    {
      name: "nodes-meet-in-the-flow",
      severity: "error",
      from: { path: "^nodes/([^/]+)/" },
      to: { path: "^nodes/", pathNot: "^nodes/($1|_shared)/" },
    },
    {
      name: "nodes-and-api-apart",
      severity: "error",
      from: { path: "^(nodes|api)/" },
      to: { path: "^(dashboard|simulator|scripts|test|bench)/" },
    },
    { name: "nodes-not-to-api", severity: "error", from: { path: "^nodes/" }, to: { path: "^api/" } },
    { name: "api-not-to-nodes", severity: "error", from: { path: "^api/" }, to: { path: "^nodes/" } },
    {
      name: "dashboard-is-browser-code",
      severity: "error",
      from: { path: "^dashboard/" },
      to: { path: "^(adapters|nodes|api|simulator|scripts)/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "dashboard-without-node",
      severity: "error",
      from: { path: "^dashboard/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "simulator-shares-no-code",
      comment: "it is the witness of the tests: it must not decode what it encodes with the product's code",
      severity: "error",
      from: { path: "^simulator/" },
      to: { path: OUTSIDE_DOMAIN, pathNot: "^simulator/" },
    },
    {
      name: "product-not-to-simulator",
      severity: "error",
      from: { path: "^(domain|adapters|nodes|api|dashboard)/|^(server|settings|config)\\.ts$" },
      to: { path: "^(simulator|test|bench|scripts)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|resources|var|\\.runtime)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".mjs", ".json", ".vue"],
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
    },
  },
};
