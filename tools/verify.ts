import { resolve } from "node:path";
import { nodeFolder } from "../src/runtime/node-folder.ts";
import { CascadeError } from "../src/shared/errors.ts";
import { verifyModel } from "../src/storage/verify.ts";
import { runCommand, type Terminal } from "./command-line.ts";

/** Checks the model in a directory. Rejects with `bad-model` where a file is missing, cut short or damaged, each named in a line of its own. */
export async function run(args: readonly string[], { report, progress }: Terminal, signal?: AbortSignal): Promise<void> {
  const [directory] = args;
  if (directory === undefined || args.length > 1 || directory === "--help") {
    report("Re-checks the sizes and SHA-256 of a converted model's files.\n\n  npm run verify -- DIR");
    return;
  }
  const checking = verifyModel(nodeFolder(directory), signal);
  let total = 0;
  let step = await checking.next();
  for (; !step.done; step = await checking.next()) {
    total = step.value.total;
    progress(`${(step.value.checked / 1e6).toFixed(0)} of ${(total / 1e6).toFixed(0)} MB`);
  }
  const damages = step.value;
  for (const { what } of damages) report(what);
  if (damages.length > 0) {
    throw new CascadeError("bad-model", `${resolve(directory)} is damaged (${damages.length} of its files): convert it again.`);
  }
  report(`${resolve(directory)} is whole: every file has the size and SHA-256 that cascade.json names (${(total / 1e6).toFixed(1)} MB).`);
}

if (process.argv[1] === import.meta.filename) await runCommand(run);
