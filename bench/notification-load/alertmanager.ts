import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { startChild, waitUntilUp } from "../../test/services/child-server.ts";
import { freePort } from "../../test/services/free-port.ts";
import { type Alarm, PACE, RULE_IDS, type Sender, siteId } from "./flood.ts";
import { MAILBOX, type Sinks } from "./sinks.ts";

const PROGRAM = "/usr/bin/prometheus-alertmanager";
const HOUR_MS = 3_600_000;

/**
 * Debian's Alertmanager, one node, with the same groups, waits and receivers as ours. Mail has a route of its own: in one
 * receiver with the web hook it would wait for it.
 *
 * @returns null where it is not installed
 */
export async function startAlertmanager(sinks: Sinks): Promise<Sender | null> {
  if (!existsSync(PROGRAM)) return null;
  const folder = mkdtempSync(path.join(tmpdir(), "antbox-alertmanager-"));
  const config = path.join(folder, "alertmanager.yml");
  writeFileSync(config, stringify(configuration(sinks)));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = startChild(PROGRAM, [
    `--config.file=${config}`,
    `--storage.path=${path.join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--cluster.listen-address=",
    "--log.level=error",
  ]);
  await waitUntilUp(server, async () => (await fetch(`${url}/-/ready`).catch(() => null))?.ok === true);
  const startedAt = new Map<string, string>();

  async function post(alarms: readonly Alarm[], isOver: boolean): Promise<void> {
    const now = new Date();
    const alerts = alarms.map(({ site, rule }) => {
      const labels = { alertname: RULE_IDS[rule], site: siteId(site), severity: "critical" };
      const key = JSON.stringify(labels);
      const startsAt = startedAt.get(key) ?? now.toISOString();
      startedAt.set(key, startsAt);
      // Who hands alerts over says how long they hold without another word: longer than the bench lasts.
      const endsAt = new Date(now.getTime() + (isOver ? 0 : 4 * HOUR_MS)).toISOString();
      return { labels, annotations: { summary: `${RULE_IDS[rule]} at ${siteId(site)}` }, startsAt, endsAt };
    });
    const response = await fetch(`${url}/api/v2/alerts`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(alerts),
    });
    if (!response.ok) throw new Error(`Alertmanager refuses alerts: ${response.status} ${await response.text()}`);
  }
  return {
    raise: (alarms) => post(alarms, false),
    clear: (alarms) => post(alarms, true),
    async close() {
      server.child.kill("SIGTERM");
      await server.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configuration({ host, webPort, mailPort }: Sinks) {
  const webhook = (send_resolved: boolean) => ({
    webhook_configs: [{ url: `http://${host}:${webPort}/alertmanager`, send_resolved }],
  });
  const mail = {
    to: MAILBOX.alertmanager,
    from: "alerts@example.org",
    smarthost: `${host}:${mailPort}`,
    require_tls: false,
    send_resolved: false,
    headers: { Subject: "{{ range .Alerts }}[{{ .Status }} {{ .Labels.alertname }} {{ .Labels.site }}]{{ end }}" },
    text: "{{ range .Alerts }}{{ .Annotations.summary }}{{ end }}",
    html: "",
  };
  const single = {
    matchers: [`alertname="${RULE_IDS.single}"`],
    group_by: ["alertname", "site"],
    group_wait: `${PACE.singleWaitS}s`,
    group_interval: `${PACE.singleIntervalS}s`,
  };
  return {
    route: {
      receiver: "flood",
      group_by: ["alertname"],
      group_wait: `${PACE.floodWaitS}s`,
      group_interval: `${PACE.floodIntervalS}s`,
      repeat_interval: "12h",
      routes: [
        { ...single, receiver: "single", continue: true },
        { ...single, receiver: "mail" },
      ],
    },
    receivers: [
      { name: "flood", ...webhook(true) },
      { name: "single", ...webhook(false) },
      { name: "mail", email_configs: [mail] },
    ],
  };
}
