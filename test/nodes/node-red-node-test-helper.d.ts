/** The package has no types of its own: what the harness uses of it. */
declare module "node-red-node-test-helper" {
  type TestNode = {
    readonly id: string;
    on(event: string, listener: (...args: never[]) => void): void;
    receive(msg: object): void;
  };
  type Register = (RED: import("node-red").NodeAPI) => void;
  const helper: {
    init(runtime: string, settings: object): void;
    load(register: Register | Register[], flow: object[]): Promise<void>;
    unload(): Promise<void>;
    getNode(id: string): TestNode | null;
    log(): { args: unknown[][] };
  };
  export = helper;
}
