import "../styles/tokens.css";
import "../styles/admin.css";
import "../styles/tabs.css";
import { registerWidget } from "../live/register-widget.ts";
import AdminPage from "./AdminPage.vue";

registerWidget("ui-admin", { AdminPage });
