import { POINT_NAMES, POINTS } from "../../domain/points/catalogue.ts";
import { columnOf } from "./point-columns.ts";
import { runStatement, type Session } from "./session.ts";

const UPSERT = `
  insert into point_registry (key, type, kind, unit, column_name, label_en, label_zh)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
  on conflict (key) do update set type = excluded.type, kind = excluded.kind, unit = excluded.unit,
    column_name = excluded.column_name, label_en = excluded.label_en, label_zh = excluded.label_zh
  where (point_registry.type, point_registry.kind, point_registry.unit, point_registry.column_name, point_registry.label_en,
      point_registry.label_zh)
    is distinct from (excluded.type, excluded.kind, excluded.unit, excluded.column_name, excluded.label_en, excluded.label_zh)`;

/**
 * Writes the point catalogue, so that people who read the database by SQL find units, words and columns there.
 * What they have set themselves (`rolled_up`) stays.
 */
export async function registerPoints(session: Session): Promise<void> {
  const points = POINT_NAMES.map((key) => ({ key, ...POINTS[key] }));
  const values = [
    points.map(({ key }) => key),
    points.map(({ type }) => type),
    points.map(({ kind }) => kind),
    points.map(({ unit }) => unit ?? null),
    points.map(({ key }) => columnOf(key)),
    points.map(({ label }) => label.en),
    points.map(({ label }) => label["zh-CN"]),
  ];
  await runStatement(session, { text: UPSERT, values });
}
