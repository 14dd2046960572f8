import "../styles/tokens.css";
import { registerWidget } from "../live/register-widget.ts";
import FleetOverview from "./FleetOverview.vue";

registerWidget("ui-fleet-overview", { FleetOverview });
