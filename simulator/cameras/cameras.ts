import type { SimulatedSite } from "../fleet/simulated-site.ts";
import type { SimulatorOptions } from "../options.ts";
import { type CameraContent, openCameraContent } from "./content/camera-content.ts";
import { LAYOUTS, type LayoutName } from "./layouts/layouts.ts";
import { ENTRY_PATH, FOLDER } from "./layouts/place.ts";
import { type CameraWitness, createCameraWitness } from "./witness.ts";

/** The cameras of the fleet: one per site, on the address and port of its controller. */
export type Cameras = {
  readonly isOn: boolean;
  readonly content: CameraContent;
  readonly witness: CameraWitness;
  /** Whether a request's head asks the camera for something, and not the controller. */
  readonly claims: (site: SimulatedSite, head: string) => boolean;
  readonly layoutOf: (site: SimulatedSite) => LayoutName;
  readonly setLayout: (sites: readonly SimulatedSite[], layout: LayoutName) => void;
};

const LAYOUT_NAMES = Object.keys(LAYOUTS) as LayoutName[];

export async function openCameras(
  options: Pick<SimulatorOptions, "cameras" | "cameraLayout" | "cameraFolder">,
): Promise<Cameras> {
  const { cameras, cameraLayout, cameraFolder } = options;
  const set = new Map<number, LayoutName>();
  const firstLayout = (index: number): LayoutName =>
    cameraLayout === "mixed" ? (LAYOUT_NAMES[index % LAYOUT_NAMES.length] ?? "media") : cameraLayout;
  return {
    isOn: cameras !== "off",
    content: await openCameraContent(cameraFolder, cameras),
    witness: createCameraWitness(),
    claims(site, head) {
      if (cameras === "off" || !head.startsWith("GET /")) return false;
      const { cameraFiles } = site.effects;
      if (!head.startsWith("/stream", 4) && cameraFiles.length === 0) return false;
      const path = pathOf(head);
      return path === ENTRY_PATH || path.startsWith(FOLDER) || cameraFiles.some(({ args }) => args["path"] === path);
    },
    layoutOf: ({ spec }) => set.get(spec.index) ?? firstLayout(spec.index),
    setLayout(sites, layout) {
      for (const { spec } of sites) set.set(spec.index, layout);
    },
  };
}

function pathOf(head: string): string {
  const end = head.slice(4).search(/[? \r]/);
  return end < 0 ? head.slice(4) : head.slice(4, 4 + end);
}
