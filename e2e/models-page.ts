import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { fixtureBytes } from "../fixtures/checkpoints.ts";
import { officialModel } from "../src/catalogue/catalogue.ts";
import { type HubHost, startHubHost } from "./hub-host.ts";
import { Playground } from "./playground.ts";
import { smallFiles } from "./small-files.ts";

/** The models dialogue's parts by role and name. */
export class ModelsPage extends Playground {
  readonly dialog: Locator;
  readonly work: Locator;

  constructor(page: Page) {
    super(page);
    this.dialog = page.getByRole("dialog", { name: "Models" });
    this.work = this.dialog.getByRole("region", { name: "At work" });
  }

  async openModels(view?: "On this device" | "Get a model" | "Your own files"): Promise<void> {
    if (!(await this.dialog.isVisible())) await this.page.getByRole("button", { name: "Models" }).click();
    await expect(this.dialog).toBeVisible();
    if (view !== undefined) await this.dialog.getByRole("tab", { name: view }).click();
  }

  /** The list item of a model here. */
  stored(name: string): Locator {
    return this.dialog.getByRole("listitem").filter({ has: this.page.getByRole("heading", { name, exact: true }) });
  }

  button(name: string | RegExp): Locator {
    return this.dialog.getByRole("button", { name });
  }

  /** Chooses the catalogue's lite model, agrees to its licence, and starts its download from a hub of the test. */
  async getLite(hub: HubHost): Promise<void> {
    await this.openModels("Get a model");
    await this.button("Get Lite").first().click();
    await this.dialog.getByRole("checkbox", { name: "I have read the licence" }).check();
    await this.dialog.getByText("Another source or access token").click();
    await this.dialog.getByRole("textbox", { name: "Host" }).fill(hub.url);
    await this.button("Download and convert").click();
  }

  async done(name: string, timeout = 400_000): Promise<void> {
    const alert = this.work.getByRole("alert").filter({ visible: true });
    await expect(this.work.getByText(`${name} is ready.`).or(alert)).toBeVisible({ timeout });
    expect(await alert.allInnerTexts()).toEqual([]);
  }

  /** Converts the small checkpoints from the disk, as their folder. */
  async convertOwn(folder: string, name = "small"): Promise<void> {
    await this.openModels("Your own files");
    await this.dialog.getByLabel("Folder", { exact: true }).setInputFiles(folder);
    await expect(this.dialog.getByText("All parts are here.")).toBeVisible();
    await this.dialog.getByRole("textbox", { name: "Name" }).fill(name);
    await this.button("Convert").click();
    await this.done(name);
  }

  /** The dialogue's newest announcement. */
  said(words: string): Locator {
    return this.dialog.getByRole("status").filter({ hasText: words });
  }

  /** A folder's files as a picker hands them over. */
  async filesIn(folder: string): Promise<{ name: string; mimeType: string; buffer: Buffer }[]> {
    const names = await readdir(folder);
    return Promise.all(
      names.map(async (name) => ({ name, mimeType: "application/octet-stream", buffer: await readFile(join(folder, name)) })),
    );
  }

  /** Flips a bit of a stored file. */
  async flip(id: string, file: string, at: number): Promise<void> {
    await this.page.evaluate(
      async ([folder, name, offset]) => {
        const models = await (await navigator.storage.getDirectory()).getDirectoryHandle("models");
        const handle = await (await models.getDirectoryHandle(folder)).getFileHandle(name);
        const [byte = 0] = new Uint8Array(await (await handle.getFile()).slice(offset, offset + 1).arrayBuffer());
        const writable = await handle.createWritable({ keepExistingData: true });
        await writable.write({ type: "write", position: offset, data: new Uint8Array([byte ^ 1]) });
        await writable.close();
      },
      [id, file, at] as const,
    );
  }
}

/** Small checkpoints that draw (noise, but a picture), as files of the diffusers layout, by path. */
export function drawingFiles(): Map<string, Uint8Array<ArrayBuffer>> {
  return new Map([
    ["text_encoder/model.safetensors", fixtureBytes("text_encoder/model.safetensors")],
    ["text_encoder/config.json", fixtureBytes("text_encoder/config.json")],
    ...["prior", "decoder", "vqgan"].flatMap((part): [string, Uint8Array<ArrayBuffer>][] => [
      [`${part}/diffusion_pytorch_model.safetensors`, fixtureBytes(`${part}/diffusion_pytorch_model.safetensors`)],
      [`${part}/config.json`, fixtureBytes(`${part}/config.json`)],
    ]),
    ["tokenizer/tokenizer.json", fixtureBytes("tokenizer/tokenizer.json.gz")],
    ["tokenizer/tokenizer_config.json", fixtureBytes("tokenizer/tokenizer_config.json")],
  ]);
}

/** The small checkpoints where the catalogue's lite model has its files; no configuration is beside them. */
export function liteFiles(): Map<string, Uint8Array<ArrayBuffer>> {
  const files = smallFiles();
  const from = (path: string) => files.get(path) ?? new Uint8Array();
  return new Map([
    ["text_encoder/model.bf16.safetensors", from("text_encoder/model.safetensors")],
    ["stage_c_lite_bf16.safetensors", from("prior/weights.safetensors")],
    ["stage_b_lite_bf16.safetensors", from("decoder/weights.safetensors")],
    ["stage_a.safetensors", from("vqgan/weights.safetensors")],
    ["tokenizer/tokenizer.json", from("tokenizer/tokenizer.json")],
    ["tokenizer/tokenizer_config.json", new TextEncoder().encode("{}")],
  ]);
}

/** Files by path, written below a new folder of that name. */
export async function folderOf(files: ReadonlyMap<string, Uint8Array>, name: string): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), "cascade-")), name);
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  return folder;
}

/** Tests of the dialogue: nothing may go wrong in the page beside what it says. */
export const test = base.extend<{ models: ModelsPage; hub: HubHost }, { checkpoints: string }>({
  models: async ({ page }, use) => {
    const wrong: string[] = [];
    page.on("pageerror", (error) => wrong.push(error.message));
    await use(new ModelsPage(page));
    expect(wrong).toEqual([]);
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures wanted from the pattern.
  hub: async ({}, use) => {
    // A mirror is one host: the page's policy names it before anything is asked of it.
    const hub = await startHubHost(liteFiles(), { redirects: false, commit: officialModel("lite", "lite").revision });
    await use(hub);
    await hub.close();
  },
  checkpoints: [
    // biome-ignore lint/correctness/noEmptyPattern: as above.
    async ({}, use) => {
      const folder = await folderOf(drawingFiles(), "small-cascade");
      await use(folder);
      await rm(dirname(folder), { recursive: true });
    },
    { scope: "worker" },
  ],
});

export { expect };
