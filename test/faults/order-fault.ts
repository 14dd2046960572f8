/** Orders a fault of simulated sites; it acts when this resolves. @param sites as the simulator's control endpoint names them */
export async function orderFault(
  controlUrl: string,
  sites: "all" | readonly string[],
  kind: string,
  args: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await control(controlUrl, "POST", { sites, kind, args });
}

/** Ends every fault. */
export async function endFaults(controlUrl: string): Promise<void> {
  await control(controlUrl, "DELETE", {});
}

async function control(controlUrl: string, method: string, body: object): Promise<void> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${controlUrl}/faults`, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`the simulator refuses: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}
