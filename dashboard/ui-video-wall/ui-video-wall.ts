import "../styles/tokens.css";
import { registerWidget } from "../live/register-widget.ts";
import VideoWall from "../video/VideoWall.vue";

registerWidget("ui-video-wall", { VideoWall });
