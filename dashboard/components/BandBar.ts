import { type FunctionalComponent, h } from "vue";
import "../styles/band-bar.css";
import { bandScale, placeOn } from "./band-scale.ts";

type BandBarProps = {
  value: number | null;
  band: readonly [number | null, number | null];
  limits?: readonly [number | null, number | null] | undefined;
  setpoint?: number | null | undefined;
};

/**
 * Where a reading stands: the usual band as a darker stretch, the reading as a pointer, the set-point as a tick. A plain
 * function, because there are 150 of them: an instance of a component costs more than all that it would draw.
 */
export const BandBar: FunctionalComponent<BandBarProps> = ({ value, band, limits, setpoint }) => {
  const scale = bandScale(band, limits ?? [null, null]);
  const usual = {
    left: percent(placeOn(scale, scale.bandFrom) ?? 0),
    right: percent(1 - (placeOn(scale, scale.bandTo) ?? 1)),
  };
  const setpointAt = placeOn(scale, setpoint);
  const valueAt = placeOn(scale, value);
  return h("span", { class: isOutside(value, band) ? "abx-band is-outside" : "abx-band", "aria-hidden": "true" }, [
    h("i", { class: "abx-band__usual", style: usual }),
    setpointAt === null ? null : h("i", { class: "abx-band__setpoint", style: { left: percent(setpointAt) } }),
    valueAt === null ? null : h("i", { class: "abx-band__pointer", style: { left: percent(valueAt) } }),
  ]);
};
BandBar.props = ["value", "band", "limits", "setpoint"];

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

function isOutside(value: number | null, [from, to]: BandBarProps["band"]): boolean {
  return value !== null && ((from !== null && value < from) || (to !== null && value > to));
}
