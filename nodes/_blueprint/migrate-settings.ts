/** What the editor saves for this node. Number fields arrive as text; `version` says which shape it is. */
export type BlueprintConfig = { version?: number; slowAfterMs?: string };

/** Version 1 counted in seconds. */
type Version1 = { version?: 1; slowAfterS?: string };

/** Settings as any former version saved them → the present shape, so that flows saved years ago still open. */
export function migrateSettings(saved: BlueprintConfig | Version1): BlueprintConfig {
  if (!("slowAfterS" in saved)) return saved as BlueprintConfig;
  const { slowAfterS = "" } = saved;
  return { version: 2, slowAfterMs: slowAfterS.trim() === "" ? "" : String(Number(slowAfterS) * 1000) };
}
