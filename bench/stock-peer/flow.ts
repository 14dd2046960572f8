/**
 * The flow that an integrator builds from stock nodes alone: http request, json, function, and a stock postgres node.
 * `GET /round?n=N` polls N sites once, two requests each as the controllers need it, and answers `{n, ms, err}` when the
 * last row is stored or has failed.
 */
export type StockFlowOptions = {
  readonly database: { readonly host: string; readonly port: number; readonly user: string; readonly name: string };
};

type FlowNode = Record<string, unknown> & { id: string; type: string };

export function buildStockFlow({ database }: StockFlowOptions): FlowNode[] {
  const at = { z: "stock-tab" };
  const fn = (id: string, code: string, wires: string[][], outputs = 1): FlowNode => ({
    id,
    type: "function",
    ...at,
    func: code,
    outputs,
    wires,
  });
  const request = (id: string, next: string): FlowNode => ({
    id,
    type: "http request",
    ...at,
    method: "GET",
    ret: "txt",
    url: "",
    senderr: true,
    paytoqs: "ignore",
    insecureHTTPParser: false,
    wires: [[next]],
  });
  return [
    { id: "stock-tab", type: "tab", label: "stock" },
    { id: "stock-in", type: "http in", ...at, url: "/round", method: "get", wires: [["stock-fan"]] },
    fn("stock-fan", FAN_OUT_CODE, [["stock-get-1"]]),
    request("stock-get-1", "stock-json-1"),
    { id: "stock-json-1", type: "json", ...at, property: "payload", action: "obj", wires: [["stock-next"]] },
    fn(
      "stock-next",
      `msg.state = msg.payload; msg.url = msg.base + "/cooler?operation=minerInfo"; delete msg.headers; return msg;`,
      [["stock-get-2"]],
    ),
    request("stock-get-2", "stock-json-2"),
    { id: "stock-json-2", type: "json", ...at, property: "payload", action: "obj", wires: [["stock-validate"]] },
    fn("stock-validate", VALIDATE_CODE, [["stock-store"]]),
    {
      id: "stock-store",
      type: "postgrestor",
      ...at,
      query: "insert into stock_snapshot values ($1, $2, $3, $4, $5, $6, $7)",
      postgresDB: "stock-db",
      output: true,
      outputs: 1,
      throwErrors: true,
      wires: [["stock-count"]],
    },
    fn("stock-count", COUNT_CODE, [["stock-out"]]),
    { id: "stock-out", type: "http response", ...at, wires: [] },
    { id: "stock-catch", type: "catch", ...at, scope: null, wires: [["stock-error"]] },
    fn("stock-error", `flow.set("err", (flow.get("err") || 0) + 1); return msg;`, [["stock-count"]]),
    databaseNode(database),
  ];
}

/** The global context holds the addresses of the sites, as an integrator would read them from a file. */
const FAN_OUT_CODE = `
  const n = Number(msg.req.query.n), urls = global.get("urls");
  flow.set("left", n); flow.set("err", 0); flow.set("t0", Date.now());
  const out = [];
  for (let k = 0; k < n; k++) {
    out.push({ req: msg.req, res: msg.res, n, site: k + 1, base: urls[k], url: urls[k] + "/cooler?operation=coolerState" });
  }
  return [out];`;

const VALIDATE_CODE = `
  const state = msg.state, miners = msg.payload;
  if (!state || state.ok !== true || !state.params || !miners || miners.ok !== true) { node.error("bad reply", msg); return null; }
  const p = state.params, m = miners.params;
  for (const name of ["supply_liquid_temp", "return_liquid_temp", "supply_liquid_flow"]) {
    if (typeof p[name] !== "number" || !Number.isFinite(p[name])) { node.error("bad " + name, msg); return null; }
  }
  msg.params = [new Date().toISOString(), msg.site, p.supply_liquid_temp, p.return_liquid_temp, p.supply_liquid_flow,
    (p.distribution_box1_power + p.distribution_box2_power) / 1000, JSON.stringify({ state: p, miners: m })];
  return msg;`;

const COUNT_CODE = `
  const left = flow.get("left") - 1;
  flow.set("left", left);
  if (left > 0) return null;
  msg.payload = { n: msg.n, ms: Date.now() - flow.get("t0"), err: flow.get("err") };
  msg.statusCode = 200; msg.headers = {};
  return msg;`;

function databaseNode({ host, port, user, name }: StockFlowOptions["database"]): FlowNode {
  return {
    id: "stock-db",
    type: "postgresDB",
    host,
    hostFieldType: "str",
    port: String(port),
    portFieldType: "num",
    database: name,
    databaseFieldType: "str",
    ssl: "false",
    sslFieldType: "bool",
    max: "10",
    maxFieldType: "num",
    min: "1",
    minFieldType: "num",
    idle: "1000",
    idleFieldType: "num",
    connectionTimeout: "10000",
    connectionTimeoutFieldType: "num",
    user,
    userFieldType: "str",
    password: "unused",
    passwordFieldType: "str",
    throwErrors: true,
    throwErrorsFieldType: "bool",
  };
}
