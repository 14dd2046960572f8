import "../styles/tokens.css";
import { registerWidget } from "../live/register-widget.ts";
import JobBoard from "./JobBoard.vue";

registerWidget("ui-jobs", { JobBoard });
