import type { Site } from "../../domain/sites/site.ts";

export const BENCH_PROFILE = "bitmain-antbox-hk3";

/** Sites of the bench, `site-00001` and on. */
export function benchSites(count: number, urlOf: (index: number) => string): Site[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `site-${String(index + 1).padStart(5, "0")}`,
    name: `Site ${index + 1}`,
    region: "bench",
    zone: "bench",
    enabled: true,
    controllerUrl: urlOf(index),
    profileId: BENCH_PROFILE,
    cameraUrl: null,
    cameraQueries: false,
    location: null,
    intervalS: null,
    minersExpected: 189,
    ratedPowerKw: null,
  }));
}

/** Address of the `index`-th site of the reference fleet. */
export function fleetUrl(index: number, port: number): string {
  return `http://127.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}:${port}`;
}
