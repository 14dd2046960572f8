import pg from "pg";

/** Runs work on a connection of its own, beside those of whoever is under test. */
export async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: "test-set-up" });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
