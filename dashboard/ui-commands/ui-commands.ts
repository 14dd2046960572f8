import "../styles/tokens.css";
import "../styles/admin.css";
import "../styles/tabs.css";
import CommandPage from "../command-page/CommandPage.vue";
import { registerWidget } from "../live/register-widget.ts";

registerWidget("ui-commands", { CommandPage });
