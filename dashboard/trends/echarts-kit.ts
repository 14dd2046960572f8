import { CustomChart, LineChart } from "echarts/charts";
import { GridComponent, TitleComponent } from "echarts/components";
import { type ECharts, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

/** The part of ECharts that is used; only ever imported at run time, by a page that shows a chart. */
use([CustomChart, LineChart, GridComponent, TitleComponent, CanvasRenderer]);

export type Chart = ECharts;

export function createChart(element: HTMLElement): Chart {
  return init(element, null, { renderer: "canvas" });
}
