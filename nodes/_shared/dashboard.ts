import type { Node, NodeAPI, NodeDef } from "node-red";

/** What a widget may hook into; ours need nothing: they act by REST and listen on `/api/v1/live`. */
type WidgetEvents = Record<string, never>;

/** Dashboard 2.0's page node, as far as a widget that fills a page uses it. `group` is null for page scope. */
type PageNode = Node & { register(group: null, node: Node, config: NodeDef, events: WidgetEvents): void };
/** Dashboard 2.0's base node, for a widget that stands on all pages. */
type BaseNode = Node & {
  register(page: null, group: null, node: Node, config: NodeDef, events: WidgetEvents): void;
};

/** A widget that fills one page. Everything in `config` goes to every browser, so it holds no address and no secret. */
export function registerPageWidget(RED: NodeAPI, type: string): void {
  function PageWidgetNode(this: Node, config: NodeDef & { page: string }): void {
    RED.nodes.createNode(this, config);
    const page = RED.nodes.getNode(config.page) as PageNode | null;
    if (page) page.register(null, this, config, {});
    else showUnplaced(this, type);
  }
  RED.nodes.registerType(type, PageWidgetNode);
}

/** A widget that stands on all pages of one Dashboard. */
export function registerBaseWidget(RED: NodeAPI, type: string): void {
  function BaseWidgetNode(this: Node, config: NodeDef & { ui: string }): void {
    RED.nodes.createNode(this, config);
    const base = RED.nodes.getNode(config.ui) as BaseNode | null;
    if (base) base.register(null, null, this, config, {});
    else showUnplaced(this, type);
  }
  RED.nodes.registerType(type, BaseWidgetNode);
}

function showUnplaced(node: Node, type: string): void {
  node.status({ fill: "red", shape: "ring", text: `${type}.status.no-page` });
  node.error(`${type} has no place: choose a page of the dashboard`);
}
