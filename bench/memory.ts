import { readFileSync } from "node:fs";
import type { Browser } from "playwright";

/** Resident megabytes of the browser's page and GPU processes (Linux; undefined elsewhere), peak since their start. */
export async function peakMemory(browser: Browser): Promise<{ page: number; gpu: number } | undefined> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const peak = (type: string) =>
    Math.max(0, ...processInfo.filter((process) => process.type === type).map((process) => peakOf(process.id)));
  try {
    return { page: peak("renderer"), gpu: peak("GPU") };
  } catch {
    return undefined;
  }
}

function peakOf(pid: number): number {
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  if (kilobytes === undefined) throw new Error(`no VmHWM for process ${pid}`);
  return Math.round(Number(kilobytes) / 1024);
}
