import FleetHeatmap from "../heatmap/FleetHeatmap.vue";
import "../styles/tokens.css";
import { registerWidget } from "../live/register-widget.ts";

registerWidget("ui-fleet-heatmap", { FleetHeatmap });
