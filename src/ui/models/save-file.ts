import { h } from "../dom.ts";

/** The browser reads a download's address after the press; so long it stays good, in milliseconds. */
const KEPT = 60_000;

/** Has the browser save a file under this name. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT);
}
