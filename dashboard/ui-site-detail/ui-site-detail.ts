import "../styles/tokens.css";
import { registerWidget } from "../live/register-widget.ts";
import SiteDetail from "./SiteDetail.vue";

registerWidget("ui-site-detail", { SiteDetail });
