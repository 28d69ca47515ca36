import { spawn } from "node:child_process";
import { join } from "node:path";
import type { PartName, PrecisionName } from "../../src/shared/manifest.ts";

export interface NodeConversion {
  readonly seconds: number;
  /** Peak resident megabytes of the process. */
  readonly peak: number;
}

const root = join(import.meta.dirname, "../..");

/** Runs `npm run convert` on a model's files in a process of its own. */
export async function convertInNode(
  name: string,
  precision: PrecisionName,
  parts: readonly (readonly [PartName, string])[],
  tokenizer: string | undefined,
  out: string,
): Promise<NodeConversion> {
  const args = ["--out", out, "--name", name, "--precision", precision, ...(tokenizer === undefined ? [] : ["--tokenizer", tokenizer])];
  for (const [part, path] of parts) args.push(`--${part}`, path);
  const started = performance.now();
  const preload = join(import.meta.dirname, "report-peak.ts");
  const child = spawn(process.execPath, ["--import", "tsx", "--import", preload, "tools/convert.ts", ...args], {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let peak = 0;
  let said = "";
  child.stderr?.on("data", (text) => {
    said += text;
  });
  child.on("message", (message) => {
    peak = Number(message);
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`npm run convert failed: ${said}`);
  return { seconds: (performance.now() - started) / 1000, peak };
}
