import { expect } from "@playwright/test";
import type { Rgb } from "../node-pictures.ts";
import type { Session } from "./web-driver.ts";

/** Where elements of a role are looked for: asking the browser for the role of every element takes seconds. */
const ELEMENTS = {
  button: "button",
  /** ARIA's newer word for img. */
  image: "img",
  textbox: "input, textarea",
  /** The bar of what can be folded out, which has no role. */
  summary: "summary",
} as const;

type Role = keyof typeof ELEMENTS;
type Name = string | RegExp;
/** An element as WebDriver hands it over: its id under a fixed key. */
type Reference = Readonly<Record<string, string>>;

/** The page in a browser that is driven by WebDriver, used by role and name as the browser itself computes them. */
export class DrivenPage {
  constructor(private readonly session: Session) {}

  async open(url: string): Promise<void> {
    await this.session.send("Navigate", { url });
  }

  /** Opens the app, and waits until the service worker has taken it and the model is there, on WASM. */
  async visit(url: string): Promise<void> {
    await this.open(`${url}?backend=wasm`);
    await expect.poll(() => this.evaluate(() => crossOriginIsolated)).toBe(true);
    await this.shows("million parameters, on WASM");
  }

  /** Runs a function in the page. It stands alone: nothing around it is there. */
  async evaluate<A extends readonly unknown[], R>(work: (...args: A) => R, ...args: A): Promise<R> {
    return (await this.session.send("ExecuteScript", { script: `return (${work}).apply(null, arguments);`, args })) as R;
  }

  /** All that is seen. */
  async text(): Promise<string> {
    // biome-ignore lint/performance/useDomNodeTextContent: what is hidden is not seen. (WebKit's driver has it in GetElementText.)
    return await this.evaluate(() => document.body.innerText);
  }

  async shows(words: Name): Promise<void> {
    const text = expect.poll(() => this.text(), { message: `the page shows ${words}` });
    await (typeof words === "string" ? text.toContain(words) : text.toMatch(words));
  }

  async click(role: Role, name: Name): Promise<void> {
    await this.session.send("ElementClick", { id: await this.get(role, name) });
  }

  async fill(name: Name, text: string): Promise<void> {
    const id = await this.get("textbox", name);
    await this.session.send("ElementClear", { id });
    await this.session.send("ElementSendKeys", { id, text });
  }

  /** The id of the visible element that has this role and name, once there is one. */
  async get(role: Role, name: Name): Promise<string> {
    let id: string | undefined;
    const message = `${role} ${name}`;
    await expect.poll(async () => (id = await this.find(role, name)), { message }).toBeDefined();
    if (id === undefined) throw new Error(message);
    return id;
  }

  async find(role: Role, name: Name): Promise<string | undefined> {
    const visible = (selector: string) => [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility());
    const elements = (await this.evaluate(visible, ELEMENTS[role])) as unknown as readonly Reference[];
    for (const id of elements.flatMap(Object.values)) {
      // One that the page has taken away meanwhile has no name any more.
      const label = await this.session.send("GetComputedLabel", { id }).catch(() => undefined);
      if (typeof label !== "string" || !(typeof name === "string" ? label === name : name.test(label))) continue;
      const computed = await this.session.send("GetComputedRole", { id });
      if (role === "summary" || computed === role || (role === "image" && computed === "img")) return id;
    }
    return undefined;
  }

  /** What alerts say. */
  async alerts(): Promise<string[]> {
    return await this.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>("[role=alert]")].filter((one) => one.checkVisibility()).map((one) => one.textContent),
    );
  }

  /** Waits for the finished picture and reads it; fails at once with the alert's words where there is one. */
  async finished(prompt: string): Promise<Rgb> {
    let alerts: readonly string[] = [];
    const ended = async (): Promise<boolean> => {
      alerts = await this.alerts();
      return alerts.length > 0 || (await this.isDrawn(prompt));
    };
    await expect.poll(ended, { message: `${prompt} is drawn`, timeout: 300_000 }).toBe(true);
    expect(alerts).toEqual([]);
    const { width, height, bytes } = await this.evaluate(shownPixels, prompt);
    return { width, height, data: Buffer.from(bytes, "base64") };
  }

  private async isDrawn(prompt: string): Promise<boolean> {
    return (await this.find("image", prompt)) !== undefined && (await this.find("button", "Download")) !== undefined;
  }
}

/** The pixels of the picture with this name, 3 bytes each, in base64. Runs in the page. */
export function shownPixels(name: string): { readonly width: number; readonly height: number; readonly bytes: string } {
  const image = [...document.images].find(({ alt }) => alt === name);
  const { naturalWidth: width = 0, naturalHeight: height = 0 } = image ?? {};
  const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
  if (image === undefined || context === null) throw new Error(`no picture ${name}`);
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  let bytes = "";
  for (let i = 0; i < data.length; i++) if (i % 4 < 3) bytes += String.fromCharCode(data[i] ?? 0);
  return { width, height, bytes: btoa(bytes) };
}
