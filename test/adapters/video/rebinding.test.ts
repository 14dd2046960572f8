import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const CHILD = fileURLToPath(new URL("./rebinding-child.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "rebinding-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A network with nothing but loopback, on which a plant and a cloud have their addresses, and a resolver of its own. */
const SCRIPT = `set -e
ip link set lo up
for address in 10.77.0.1 10.77.0.2 169.254.169.254; do ip address add $address/32 dev lo; done
# Without one the resolver gives no IPv6 answers.
ip address add fd00:77::1/128 dev lo
mount --bind "$1/resolv.conf" /etc/resolv.conf
mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf
exec "$2" "$3"`;
const canIsolate = spawnSync("unshare", ["--mount", "--net", "ip", "link", "set", "lo", "up"]).status === 0;

test.skipIf(!canIsolate)(
  "a name that stands for something else when it is asked again leads nowhere",
  { timeout: 60_000 },
  () => {
    writeFileSync(join(folder, "resolv.conf"), "nameserver 127.0.0.1\noptions timeout:2 attempts:1\n");
    writeFileSync(join(folder, "nsswitch.conf"), "hosts: dns\n");
    const words = ["--mount", "--net", "sh", "-c", SCRIPT, "sh", folder, process.execPath, CHILD];
    const { naiveSaw, seen, camera, elsewhere } = JSON.parse(execFileSync("unshare", words).toString()) as {
      naiveSaw: unknown;
      seen: Record<string, readonly [string, string | null, number]>;
      camera: number;
      elsewhere: unknown;
    };
    expect(naiveSaw).toEqual({ first: true, again: "canary", canary: 1 });
    expect(
      Object.fromEntries(Object.entries(seen).map(([name, [entry, segment]]) => [name, [entry, segment]])),
    ).toEqual({
      "steady.example": ["ok", "ok"],
      "rebinding.example": ["ok", "target_not_allowed"],
      "late-cloud.example": ["ok", "target_not_allowed"],
      "late-neighbour.example": ["ok", "target_not_allowed"],
      "late-v6.example": ["ok", "target_not_allowed"],
      "mixed.example": ["ok", "ok"],
      "loopback.example": ["target_not_allowed", null],
    });
    // Each name was really looked up anew: what it stood for then was seen, and not gone to.
    for (const [, segment, asked] of Object.values(seen))
      expect(asked).toBeGreaterThanOrEqual(segment === null ? 1 : 2);
    expect(elsewhere).toEqual({});
    expect(camera).toBeGreaterThanOrEqual(8);
  },
);
