/** Which cameras are meant: those of some sites, of some zones, or all where nothing is named. */
export type CameraChoice = { readonly sites: ReadonlySet<string>; readonly zones: ReadonlySet<string> };

const MOST_NAMES = 1_000;
const LONGEST_NAME = 64;
const ZONE = /^zone:\s*/;

/**
 * Sites and zones as people write them: `site-001, zone:north`, with commas, semicolons or lines between them. A blank text
 * means all.
 *
 * @throws {Error} that names what is too long or too many
 */
export function parseCameraChoice(text: string): CameraChoice {
  const names = text
    .split(/[\n,，;；]/)
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (names.length > MOST_NAMES) throw new Error(`places: ${names.length} names, at most ${MOST_NAMES} are right`);
  const wrong = names.find((name) => !isName(name.replace(ZONE, "")));
  if (wrong !== undefined)
    throw new Error(
      `places: ${JSON.stringify(wrong.slice(0, LONGEST_NAME))} is neither a site nor "zone:" and a zone of 1 to ${LONGEST_NAME} signs`,
    );
  const [zones, sites] = [names.filter((name) => ZONE.test(name)), names.filter((name) => !ZONE.test(name))];
  return { sites: new Set(sites), zones: new Set(zones.map((name) => name.replace(ZONE, ""))) };
}

/** Whether the camera of this site is one of them. */
export function isChosen(
  { sites, zones }: CameraChoice,
  site: { readonly id: string; readonly zone: string },
): boolean {
  return sites.size + zones.size === 0 || sites.has(site.id) || zones.has(site.zone);
}

function isName(name: string): boolean {
  return name.length >= 1 && name.length <= LONGEST_NAME;
}
