import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { platform } from "node:os";
import { chromium } from "playwright";

/**
 * Chromium flags for the tests: a real WebGPU implementation in software (SwiftShader) where there is no GPU,
 * and none of the browser's own background traffic.
 */
export const chromiumFlags = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const known = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

function installed(): string | undefined {
  return [...known, chromium.executablePath()].find((path) => path !== undefined && path !== "" && existsSync(path));
}

function attempt(command: string, args: readonly string[]): void {
  try {
    execFileSync(command, args, { stdio: ["ignore", "inherit", "inherit"], timeout: 600_000 });
  } catch {
    // The next way is tried; findChromium says what to do when none is left.
  }
}

/**
 * Path of a Chromium to test with: an installed one, else the test tool's own download, else the system's package where this is
 * Debian and root. Throws one sentence saying what to do where nothing worked.
 */
export async function findChromium(): Promise<string> {
  const found = installed();
  if (found !== undefined) return found;
  attempt("npx", ["playwright", "install", "chromium"]);
  if (installed() === undefined && platform() === "linux" && existsSync("/etc/debian_version") && process.getuid?.() === 0) {
    attempt("apt-get", ["update"]);
    attempt("apt-get", ["install", "-y", "--no-install-recommends", "chromium"]);
  }
  const path = installed();
  if (path === undefined) throw new Error("No Chromium found: install Chrome or Chromium, or set CHROMIUM_PATH to its executable.");
  return path;
}
