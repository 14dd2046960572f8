/** One command as a simulated controller has received it: the witness of what was sent. */
export type ReceivedCommand = {
  readonly row: number;
  readonly siteId: string;
  /** Such as `setTemp&temp=36`. */
  readonly command: string;
  /** When it came, and when the plant did it, milliseconds since the Unix epoch. */
  readonly at: number;
  readonly acted: boolean;
  readonly actedAt: number | null;
  readonly answer: "ok" | "refused" | "lost";
};

/** What was received since the start of the simulator, oldest first. @param siteId absent: at all sites */
export async function receivedCommands(controlUrl: string, siteId?: string): Promise<ReceivedCommand[]> {
  const query = `kind=commands&limit=100000${siteId === undefined ? "" : `&site=${siteId}`}`;
  const response = await fetch(`${controlUrl}/ledger?${query}`);
  if (!response.ok) throw new Error(`the simulator refuses: ${response.status} ${await response.text()}`);
  const { columns, rows } = (await response.json()) as { columns: string[]; rows: unknown[][] };
  return rows.map((row) => Object.fromEntries(columns.map((name, place) => [name, row[place]])) as ReceivedCommand);
}

/** When each answer to a command was begun at a site, milliseconds since the Unix epoch, oldest first. */
export async function answeredCommands(controlUrl: string, siteId: string): Promise<number[]> {
  const response = await fetch(`${controlUrl}/ledger?kind=replies&limit=100000&site=${siteId}`);
  const { columns, rows } = (await response.json()) as { columns: string[]; rows: unknown[][] };
  const [request, at] = [columns.indexOf("request"), columns.indexOf("at")];
  return rows.filter((row) => row[request] === "command").map((row) => Number(row[at]));
}

/** What the simulator calls the request of a command. */
export function commandInPath(path: string): string {
  return path.replace(/^.*operation=/, "");
}

/** How many requests were received beyond the first of its kind at its site, where each is ordered once. */
export function doublesIn(received: readonly ReceivedCommand[]): ReceivedCommand[] {
  const seen = new Set<string>();
  return received.filter(({ siteId, command }) => {
    const key = `${siteId} ${command}`;
    if (seen.has(key)) return true;
    seen.add(key);
    return false;
  });
}
