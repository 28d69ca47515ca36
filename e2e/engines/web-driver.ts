import { connect, type Socket } from "node:net";

/** WebDriver's commands that are used, by the names Marionette has for them, with their place in WebDriver's HTTP API. */
const COMMANDS = {
  Navigate: ["POST", "/url"],
  GetComputedRole: ["GET", "/element/{id}/computedrole"],
  GetComputedLabel: ["GET", "/element/{id}/computedlabel"],
  ElementClear: ["POST", "/element/{id}/clear"],
  ElementClick: ["POST", "/element/{id}/click"],
  ElementSendKeys: ["POST", "/element/{id}/value"],
  ExecuteScript: ["POST", "/execute/sync"],
} as const;

export type Command = keyof typeof COMMANDS;

/** A session of a browser that takes WebDriver's commands. */
export interface Session {
  send(command: Command, parameters?: Readonly<Record<string, unknown>>): Promise<unknown>;
  end(): Promise<void>;
}

/** A session by HTTP, as the drivers of browsers speak it. */
export async function httpSession(driver: string, capabilities: object): Promise<Session> {
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(driver + path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
    const { value } = (await response.json()) as { value: unknown };
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`);
    return value;
  };
  const { sessionId } = (await ask("POST", "/session", { capabilities: { alwaysMatch: capabilities } })) as { sessionId: string };
  const session = `/session/${sessionId}`;
  return {
    async send(command, parameters = {}) {
      const [method, path] = COMMANDS[command];
      const { id, ...body } = parameters;
      return await ask(method, session + path.replace("{id}", String(id)), method === "POST" ? body : undefined);
    },
    async end() {
      await ask("DELETE", session);
    },
  };
}

/**
 * A session by Marionette, the protocol that Firefox itself speaks and geckodriver hands WebDriver's commands on to:
 * `[type, id, name, parameters]` and `[type, id, error, result]` as JSON over TCP, each after its length.
 */
export async function marionetteSession(port: number): Promise<Session> {
  const socket = connect(port, "localhost");
  const messages = readMessages(socket);
  await messages.next(); // the greeting
  let last = 0;
  const ask = async (name: string, parameters: object): Promise<unknown> => {
    const command = JSON.stringify([0, ++last, name, parameters]);
    socket.write(`${Buffer.byteLength(command)}:${command}`);
    const { value } = await messages.next();
    if (value === undefined) throw new Error(`${name}: Firefox has gone`);
    const [, , error, result] = value as [number, number, unknown, unknown];
    if (error !== null) throw new Error(`${name}: ${JSON.stringify(error)}`);
    return unwrapped(result);
  };
  await ask("WebDriver:NewSession", {});
  return {
    send: (command, parameters = {}) => ask(`WebDriver:${command}`, parameters),
    async end() {
      await ask("Marionette:Quit", { flags: ["eForceQuit"] });
      socket.destroy();
    },
  };
}

async function* readMessages(socket: Socket): AsyncGenerator<unknown, undefined> {
  let read = Buffer.alloc(0);
  for await (const chunk of socket) {
    read = Buffer.concat([read, chunk as Buffer]);
    for (let colon = read.indexOf(":"); colon > 0; colon = read.indexOf(":")) {
      const end = colon + 1 + Number(read.toString("latin1", 0, colon));
      if (read.length < end) break;
      yield JSON.parse(read.toString("utf8", colon + 1, end));
      read = read.subarray(end);
    }
  }
  return undefined;
}

/** Marionette gives most results in an object of their own; lists as they are. */
function unwrapped(result: unknown): unknown {
  return typeof result === "object" && result !== null && "value" in result ? result.value : result;
}
