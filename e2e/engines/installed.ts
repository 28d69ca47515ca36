import { existsSync, readdirSync } from "node:fs";

/** A browser of another engine than Chromium's, or why there is none to test with. */
export type Found<T> = { readonly at: T } | { readonly lacks: string };

const FIREFOXES = [
  process.env.FIREFOX_PATH,
  "/usr/bin/firefox-esr",
  "/usr/bin/firefox",
  "/Applications/Firefox.app/Contents/MacOS/firefox",
].filter((path) => path !== undefined);

/** The path of Firefox. */
export function findFirefox(): Found<string> {
  const at = FIREFOXES.find((path) => existsSync(path));
  return at === undefined ? { lacks: "not installed" } : { at };
}

export interface WebKit {
  readonly driver: string;
  readonly browser: string;
}

const WEBKIT_DRIVER = "/usr/bin/WebKitWebDriver";

/** WebKitGTK's driver (Debian: webkit2gtk-driver) with the small browser that WebKitGTK itself brings. */
export function findWebKit(): Found<WebKit> {
  const folders = ["/usr/libexec", "/usr/lib", ...subfolders("/usr/lib")];
  const browsers = folders.flatMap((folder) => subfolders(folder, /^webkit2?gtk-/).map((engine) => `${engine}/MiniBrowser`));
  const browser = browsers.find((path) => existsSync(path));
  if (!existsSync(WEBKIT_DRIVER) || browser === undefined) return { lacks: "not installed" };
  // It draws on a screen, and must not open its windows on a user's.
  if (!existsSync(XVFB)) return { lacks: "no Xvfb to draw on" };
  return { at: { driver: WEBKIT_DRIVER, browser } };
}

export const XVFB = "/usr/bin/Xvfb";

function subfolders(folder: string, named = /./): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && named.test(entry.name)).map(({ name }) => `${folder}/${name}`);
}
