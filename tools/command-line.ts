import { type ParseArgsConfig, parseArgs } from "node:util";
import { CascadeError, messageOf } from "../src/shared/errors.ts";

/** Where a command tells its user what happens. */
export interface Terminal {
  /** A line that stays. */
  report(line: string): void;
  /** A line that replaces the last one; nothing where no one watches. */
  progress(line: string): void;
}

/** Node's parseArgs, which also takes negative numbers as values, and whose refusals are one sentence each. Throws `bad-settings`. */
export function parseOptions<const T extends ParseArgsConfig>(config: T & { readonly args: readonly string[] }) {
  try {
    return parseArgs<T>({ ...config, args: withNegatives(config.args) });
  } catch (error) {
    throw new CascadeError("bad-settings", `${refusal(messageOf(error))} (--help lists the options).`, { cause: error });
  }
}

/** `--seed -1` as `--seed=-1`: Node takes the dash for another option's. */
function withNegatives(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1);
    if (/^-\.?\d/.test(arg) && before !== undefined && /^--[a-z-]+$/.test(before)) joined[joined.length - 1] = `${before}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

/** Node's messages have advice behind them, on lines of its own. */
function refusal(message: string): string {
  const [, valued] = message.match(/^Option '(?:-\w, )?(--[\w-]+)(?: <value>)?' argument (?:missing|is ambiguous)/) ?? [];
  if (valued !== undefined) return `${valued} needs a value, and one that begins with a dash is written ${valued}=-…`;
  return message.split(/\. |\n/)[0] ?? message;
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
