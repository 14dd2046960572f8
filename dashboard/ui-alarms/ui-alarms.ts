import "../styles/tokens.css";
import "../styles/admin.css";
import "../styles/tabs.css";
import "../styles/alarm-grid.css";
import AlarmPage from "../alarms/AlarmPage.vue";
import { registerWidget } from "../live/register-widget.ts";

registerWidget("ui-alarms", { AlarmPage });
