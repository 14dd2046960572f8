import { isThisMachine, plainHost } from "../../sites/plain-host.ts";
import type { VideoCause } from "../video-cause.ts";
import { blockOf, isForbiddenAddress } from "./forbidden-address.ts";
import { type AddressBlock, isInBlock, parseAddress } from "./ip-address.ts";
import { type PlantMap, type PlantSite, portOf } from "./plant-map.ts";
import { MAX_URI_LENGTH } from "./read-uri.ts";
import {
  controllerParametersOf,
  controllerPathsOf,
  decodedPath,
  folderOf,
  isControllerPath,
  isOwnMedia,
  type SharedHost,
} from "./shared-host.ts";

/** What an integrator sets beside the inventory. */
export interface TargetSettings {
  /** Blocks of addresses, such as `10.1.0.0/16`, that a stream may reach besides its camera. */
  readonly openBlocks?: readonly string[];
  /** Ports of our own services; no block opens them. */
  readonly ownPorts?: readonly number[];
}

/** Which addresses one stream may reach. */
export interface TargetRules {
  readonly siteId: string;
  readonly camera: URL;
  readonly plant: PlantMap;
  readonly openBlocks: readonly AddressBlock[];
  readonly ownPorts: ReadonlySet<number>;
  /** Null where nobody else is at the camera's host and port. */
  readonly sharedHost: SharedHost | null;
}

/**
 * The rules of one site's camera. They hold as long as inventory and settings do.
 *
 * @throws {RangeError} for an open block that is none; {TypeError} for a camera without an address
 */
export function targetRulesOf(site: PlantSite, plant: PlantMap, settings: TargetSettings = {}): TargetRules {
  const camera = new URL(site.cameraUrl ?? "");
  return {
    siteId: site.id,
    camera,
    plant,
    openBlocks: (settings.openBlocks ?? []).map(blockOf),
    ownPorts: new Set(settings.ownPorts),
    sharedHost: sharedHostOf(site, camera, plant),
  };
}

/** Whether a stream may ask for a URL; null = it may. What a name stands for is judged by `judgeRemoteAddress`. */
export function judgeTarget(url: URL, rules: TargetRules): VideoCause | null {
  if (url.username !== "" || url.password !== "" || url.href.length > MAX_URI_LENGTH) return "target_not_allowed";
  const isAllowed = url.origin === rules.camera.origin ? isCameras(url, rules) : isOpened(url, rules);
  return isAllowed ? null : "target_not_allowed";
}

/**
 * Whether an address is what a target may stand for; null = it is. To be asked inside `lookup` for every address that a
 * name has, and once more for `socket.remoteAddress`: an answer of DNS may change in between.
 *
 * @param url that `judgeTarget` let pass
 */
export function judgeRemoteAddress(address: string, url: URL, rules: TargetRules): VideoCause | null {
  return isExpected(plainHost(address), plainHost(url.hostname), portOf(url), rules) ? null : "target_not_allowed";
}

function isExpected(seen: string, asked: string, port: number, { siteId, plant }: TargetRules): boolean {
  const named = parseAddress(asked);
  const actual = parseAddress(seen);
  if (actual === null) return false;
  if (named !== null) return named.bits === actual.bits && named.value === actual.value;
  if (isThisMachine(asked)) return isThisMachine(seen);
  return !isForbiddenAddress(seen) && !plant.isOfOthers(siteId, seen, port);
}

/** At the origin of `camera.url`. An order to a controller is none even when the inventory says that it is a camera. */
function isCameras(url: URL, { camera, sharedHost }: TargetRules): boolean {
  if (sharedHost === null) return true;
  if (url.href !== camera.href) return isOwnMedia(url, sharedHost);
  const path = decodedPath(url.pathname);
  return path !== null && !isControllerPath(path, sharedHost.controllerPaths);
}

/** By a block: addresses only, since a name may stand for any; and nowhere where the plant has something already. */
function isOpened(url: URL, { siteId, plant, openBlocks, ownPorts }: TargetRules): boolean {
  if (openBlocks.length === 0 || (url.protocol !== "http:" && url.protocol !== "https:")) return false;
  const address = parseAddress(url.hostname);
  const port = portOf(url);
  if (address === null || ownPorts.has(port) || isForbiddenAddress(url.hostname)) return false;
  if (plant.at(url.hostname, port).length > 0 || plant.isOfOthers(siteId, url.hostname, port)) return false;
  return openBlocks.some((block) => isInBlock(address, block));
}

function sharedHostOf(site: PlantSite, camera: URL, plant: PlantMap): SharedHost | null {
  const port = portOf(camera);
  const there = new Set(plant.at(camera.hostname, port));
  const controllers = [...there].filter(({ controllerUrl }) => isAt(controllerUrl, camera.hostname, port));
  if (mayBeSame(site.controllerUrl, camera)) controllers.push(site);
  const folder = folderOf(camera);
  const others = [...there].flatMap(({ id, cameraUrl }) =>
    id !== site.id && cameraUrl !== null && isAt(cameraUrl, camera.hostname, port) ? folderOf(new URL(cameraUrl)) : [],
  );
  if (controllers.length === 0 && others.length === 0) return null;
  return {
    folder,
    othersFolders: others.filter((other) => other !== folder && other.startsWith(folder)),
    controllerPaths: [...new Set(controllers.flatMap(controllerPathsOf))],
    controllerParameters: [...new Set(controllers.flatMap(controllerParametersOf))],
    allowsQuery: site.cameraQueries,
  };
}

function isAt(address: string, host: string, port: number): boolean {
  const url = new URL(address);
  return portOf(url) === port && plainHost(url.hostname) === plainHost(host);
}

/** Two addresses are two machines; a name may stand for any. */
function mayBeSame(controllerUrl: string, camera: URL): boolean {
  const controller = new URL(controllerUrl);
  const hosts = [controller, camera].map(({ hostname }) => plainHost(hostname));
  const areAddresses = hosts.every((host) => parseAddress(host) !== null);
  return portOf(controller) === portOf(camera) && (!areAddresses || hosts[0] === hosts[1]);
}
