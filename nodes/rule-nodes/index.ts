/** Every rule node that has a form of its own. A new one is its file, its test, and one line here. */
export { alertLimit } from "./alert-limit.ts";
