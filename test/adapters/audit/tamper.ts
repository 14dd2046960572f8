import type pg from "pg";
import { onDatabase } from "../../services/on-database.ts";

/** What an insider with a superuser's password does: no trigger runs. */
export function asInsider<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  return onDatabase(url, async (client) => {
    await client.query("set session_replication_role = replica");
    return work(client);
  });
}

/** Computes the chain anew from a row on, with the platform's own function, and sets the head to its end. */
export async function rechain(client: pg.Client, from: number): Promise<void> {
  await client.query(`do $$
    declare
      r audit.entry;
      link bytea;
    begin
      select hash into link from audit.entry where seq = ${from} - 1;
      link := coalesce(link, decode(repeat('00', 32), 'hex'));
      for r in select * from audit.entry where seq >= ${from} order by seq loop
        r.prev := link;
        link := sha256(convert_to(audit.canonical(r), 'UTF8'));
        update audit.entry set prev = r.prev, hash = link where seq = r.seq;
      end loop;
    end $$`);
  await setHead(client);
}

/** Sets the head to the newest row, as if it had always been. */
export async function setHead(client: pg.Client): Promise<void> {
  await client.query(
    "update audit.head set (seq, hash) = (select seq, hash from audit.entry order by seq desc limit 1)",
  );
}

/** Moves the numbers of all rows from one on. */
export async function renumber(client: pg.Client, from: number, by: number): Promise<void> {
  await client.query("update audit.entry set seq = -seq where seq >= $1", [from]);
  await client.query("update audit.entry set seq = -seq + $1 where seq < 0", [by]);
}
