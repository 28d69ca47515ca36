import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Page } from "playwright";
import { defaultClientConditions } from "vite";
import { ISOLATION_HEADERS } from "../../src/offline/security-headers.ts";
import { chromiumFlags, findChromium } from "../../tools/find-browser.ts";
import { type ServedPage, servePage } from "../../tools/serve-page.ts";
import type { fullSize as FullSize } from "./page/main.ts";

declare const window: { readonly fullSize: typeof FullSize };

export interface Usage {
  /** Peak resident megabytes of the page's process (with its workers). */
  readonly page: number;
  /** Of the GPU's. */
  readonly gpu: number;
  /** Processor time of all the browser's processes: what a busy machine does not change. */
  readonly seconds: number;
}

/** A browser with storage of its own on disk, and the benchmark's page in it. */
export interface BenchBrowser {
  readonly page: Page;
  /** What its processes took so far; undefined where the system doesn't say. */
  usage(): Promise<Usage | undefined>;
  close(): Promise<void>;
}

/** Builds and serves the benchmark's page, the runtime in it as vite.config.ts has it. */
export function serveBenchPage(): Promise<ServedPage> {
  return servePage(join(import.meta.dirname, "page"), {
    resolve: { conditions: ["onnxruntime-web-use-extern-wasm", ...defaultClientConditions] },
    build: { assetsInlineLimit: 0 },
    preview: { headers: ISOLATION_HEADERS },
  });
}

/** Opens the page in a fresh process. A profile on disk, because a private window's storage is in memory. */
export async function openBrowser(url: string, profile: string): Promise<BenchBrowser> {
  await mkdir(profile, { recursive: true });
  const context = await chromium.launchPersistentContext(profile, { executablePath: await findChromium(), args: chromiumFlags });
  context.setDefaultTimeout(0);
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.fullSize !== undefined);
  return {
    page,
    usage: () => usageOf(profile),
    close: () => context.close(),
  };
}

/** Linux: high water marks and processor time of the processes that belong to a profile. */
async function usageOf(profile: string): Promise<Usage | undefined> {
  const ids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const root = await parentOf(profile, ids);
  if (root === undefined) return undefined;
  const usage = { page: 0, gpu: 0, seconds: 0 };
  for (const id of ids) {
    if (!(await descends(id, root))) continue;
    const [command, status, stat] = await Promise.all(["cmdline", "status", "stat"].map((file) => text(`/proc/${id}/${file}`)));
    const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status ?? "")?.[1] ?? 0) / 1024;
    if (command?.includes("--type=renderer")) usage.page = Math.max(usage.page, peak);
    if (command?.includes("--type=gpu-process")) usage.gpu = Math.max(usage.gpu, peak);
    // After the name in parentheses, fields 12 and 13: hundredths of a second in user and system mode.
    const [user = 0, system = 0] =
      stat
        ?.slice(stat.lastIndexOf(")") + 2)
        .split(" ")
        .slice(11, 13)
        .map(Number) ?? [];
    usage.seconds += (user + system) / 100;
  }
  return usage;
}

async function parentOf(profile: string, ids: readonly string[]): Promise<string | undefined> {
  for (const id of ids) {
    const command = await text(`/proc/${id}/cmdline`);
    if (command.includes(`--user-data-dir=${profile}\0`) && !command.includes("--type=")) return id;
  }
  return undefined;
}

async function descends(id: string, root: string): Promise<boolean> {
  for (let at: string | undefined = id; at !== undefined && at !== "0"; at = /PPid:\s+(\d+)/.exec(await text(`/proc/${at}/status`))?.[1]) {
    if (at === root) return true;
  }
  return false;
}

/** Empty where the process has ended. */
const text = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");
