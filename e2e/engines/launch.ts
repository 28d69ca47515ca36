import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { type Found, findFirefox, findWebKit, type WebKit, XVFB } from "./installed.ts";
import { httpSession, marionetteSession, type Session } from "./web-driver.ts";

/** Runs `use` with a session of a browser of its own, in a profile of its own in `folder`. Ends every process and removes the folder, whatever happens. */
export type Launch = (folder: string, use: (session: Session) => Promise<void>) => Promise<void>;

export interface Engine {
  readonly name: string;
  /** Where it is, or why it is skipped. */
  readonly found: string;
  /** Absent where it is skipped. */
  readonly launch?: Launch;
}

/** The engines beside Chromium's. */
export function otherEngines(): readonly Engine[] {
  return [
    engine("Firefox", findFirefox(), (path) => path, launchFirefox),
    engine("WebKit", findWebKit(), ({ browser }) => browser, launchWebKit),
  ];
}

function engine<T>(name: string, found: Found<T>, pathOf: (at: T) => string, launch: (at: T) => Launch): Engine {
  return "lacks" in found ? { name, found: `${found.lacks}, skipped` } : { name, found: pathOf(found.at), launch: launch(found.at) };
}

function launchFirefox(path: string): Launch {
  return (folder, use) =>
    withProcesses(folder, async (start) => {
      // Any free port, which it then writes down; and none of its own traffic.
      const settings = { "marionette.port": 0, "app.normandy.enabled": false, "datareporting.policy.dataSubmissionEnabled": false };
      const lines = Object.entries(settings).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${value});\n`);
      await writeFile(join(folder, "user.js"), lines.join(""));
      start(path, ["--headless", "--marionette", "--no-remote", "--profile", folder]);
      const port = await readable(join(folder, "MarionetteActivePort"));
      await ended(await marionetteSession(Number(port)), use);
    });
}

function launchWebKit({ driver, browser }: WebKit): Launch {
  return (folder, use) =>
    withProcesses(folder, async (start) => {
      const screen = start(XVFB, ["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]);
      const [display] = (await once(screen.stdout ?? screen, "data")) as [Buffer];
      const places = Object.fromEntries(["XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"].map((name) => [name, folder]));
      const port = await freePort();
      start(driver, [`--port=${port}`], { ...places, DISPLAY: `:${String(display).trim()}` });
      const url = `http://127.0.0.1:${port}`;
      await expect
        .poll(() =>
          fetch(`${url}/status`).then(
            ({ ok }) => ok,
            () => false,
          ),
        )
        .toBe(true);
      await ended(await httpSession(url, { "webkitgtk:browserOptions": { binary: browser, args: ["--automation"] } }), use);
    });
}

type Start = (command: string, args: readonly string[], environment?: Readonly<Record<string, string>>) => ChildProcess;

async function withProcesses(folder: string, work: (start: Start) => Promise<void>): Promise<void> {
  const processes: ChildProcess[] = [];
  // A browser has processes of its own; all of them are in the group of the first.
  const kill = (): void => {
    for (const { pid, exitCode } of processes) if (pid !== undefined && exitCode === null) process.kill(-pid, "SIGKILL");
  };
  process.once("exit", kill);
  await mkdir(folder, { recursive: true });
  try {
    await work((command, args, environment = {}) => {
      const child = spawn(command, args, { env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "ignore"], detached: true });
      processes.push(child);
      return child;
    });
  } finally {
    kill();
    process.off("exit", kill);
    await Promise.all(processes.map(async (child) => child.exitCode ?? child.signalCode ?? (await once(child, "exit"))));
    await rm(folder, { recursive: true, maxRetries: 5 });
  }
}

async function ended(session: Session, use: (session: Session) => Promise<void>): Promise<void> {
  try {
    await use(session);
  } finally {
    await session.end();
  }
}

/** The text of a file that another program is about to write. */
async function readable(path: string): Promise<string> {
  let text = "";
  await expect
    .poll(async () => {
      text = await readFile(path, "utf8").catch(() => "");
      return text;
    })
    .not.toBe("");
  return text;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
