import "../styles/tokens.css";
import { registerWidget } from "../live/register-widget.ts";
import AntboxShell from "./AntboxShell.vue";

registerWidget("ui-antbox-shell", { AntboxShell });
