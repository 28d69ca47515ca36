import { CascadeError } from "../src/shared/errors.ts";

/** Where a command tells its user what happens. */
export interface Terminal {
  /** A line that stays. */
  report(line: string): void;
  /** A line that replaces the last one; nothing where no one watches. */
  progress(line: string): void;
}

/**
 * Runs a command with this process's arguments. Interrupting aborts its signal; an error the user can act on is one sentence, any other
 * comes with its stack, and both end in exit code 1.
 */
export async function runCommand(run: (args: readonly string[], terminal: Terminal, signal: AbortSignal) => Promise<void>): Promise<void> {
  const abort = new AbortController();
  process.once("SIGINT", () => abort.abort());
  process.once("SIGTERM", () => abort.abort());
  let open = false;
  const terminal: Terminal = {
    report(line) {
      process.stderr.write(`${open ? "\n" : ""}${line}\n`);
      open = false;
    },
    progress(line) {
      if (!process.stderr.isTTY) return;
      process.stderr.write(`\r${line}\x1b[K`);
      open = true;
    },
  };
  try {
    await run(process.argv.slice(2), terminal, abort.signal);
  } catch (error) {
    terminal.report(
      error instanceof CascadeError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error),
    );
    process.exitCode = 1;
  }
}
