import { type ArgumentRule, FAULT_KINDS, type FaultDefinition } from "../faults/fault-kinds.ts";

const CALLS = `Simulated fleet: control endpoint. JSON in and out; POST and DELETE bodies need content-type application/json.

GET    /                     this text
GET    /sites                all sites: id, url, region, zone, dialect, firmware, latencyMs, faults
GET    /sites/{id}           true state of one plant, what its sensors say, its controller and its faults
POST   /faults               {sites, kind, args?, forS?, afterS?, everyS?} -> {id, sites}; acts when answered
                             sites: "all" | ["site-001", …] | {"zone": …} | {"region": …} | {"share": 0.7, "seed": 1}
                             forS, afterS, everyS are real seconds; everyS repeats it
GET    /faults               active and planned faults
DELETE /faults[?kind=&site=] ends all, those of a kind, or those of a site -> {removed}
DELETE /faults/{id}          ends one
POST   /weather              {climate: name | {meanC, amplitudeC, meanRh, amplitudeRh}, sites?} (default: all sites)
POST   /speed                {speed: 0.1 … 3600} plant time against real time
POST   /advance              {s: 1 … 86400} moves the plants' time forwards at once
POST   /fault-rates          {factor: 0 … 1000} random faults: 0 none, 1 the usual rates
GET    /ledger?kind=replies|commands&site=&since=&after=&limit=   every reply served, every command received, oldest first
                             {columns, rows, next}; since: ms of the epoch, after: row number (next of the last page), limit 1 … 100000
                             whole: all of the good answer went into the socket. It is known to have arrived when the same
                             connection carried another request afterwards. seq: number of the state reply of its site.
GET    /ledger/summary       counts per site
GET    /cameras              each camera's address and layout, the layouts, and whether the pictures are made
POST   /cameras/layout       {layout, sites?} what is shown at /stream.m3u8; /stream/{layout}/index.m3u8 is always there
POST   /cameras/prepare      {} answers when the pictures are made: until then all cameras show a small loop
GET    /cameras/hits?site=   what the cameras were asked for: requests, bytes, connections, and hits by path
DELETE /cameras/hits         counts from now on
GET    /cameras/requests?site=&after=&limit=   each request with its head, times, bytes, status and faults, oldest first;
                             after: row (next of the last page). Kind unknown: no path of the camera, nor of the controller
GET    /stats                requests, connections, in flight and peak, CPU and memory of this process

Faults (argument: default):
`;

/** What `GET /` answers. */
export function helpText(): string {
  const lines = Object.entries<FaultDefinition>(FAULT_KINDS).map(([kind, { layer, summary, args }]) => {
    const rules = Object.entries(args).map(([name, rule]) => `${name}: ${describe(rule)}`);
    return `  ${kind.padEnd(16)} [${layer}] ${summary}${rules.length > 0 ? `\n${" ".repeat(19)}${rules.join("; ")}` : ""}`;
  });
  return `${CALLS}${lines.join("\n")}\n`;
}

function describe(rule: ArgumentRule): string {
  switch (rule.type) {
    case "number":
      return `${rule.default} (${rule.min} … ${rule.max})`;
    case "choice":
      return `${rule.default} (${rule.options.join(" | ")})`;
    case "flag":
      return String(rule.default);
    case "text":
      return `"${rule.default}" (text)`;
    case "names":
      return JSON.stringify(rule.default);
  }
}
