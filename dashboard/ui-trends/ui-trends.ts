import "../styles/tokens.css";
import { registerWidget } from "../live/register-widget.ts";
import TrendPage from "../trends/TrendPage.vue";

registerWidget("ui-trends", { TrendPage });

// Under way while the page is still built. The chart asks again, and says so when it cannot be had.
import("../trends/echarts-kit.ts").catch(() => undefined);
