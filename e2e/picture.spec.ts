import { readFile } from "node:fs/promises";
import { contrast, decodePng, difference, nodePictures, type Rgb } from "./node-pictures.ts";
import { expect, type Playground, test } from "./playground.ts";

// The page's picture equals Node's for the same settings: the same graphs on the same runtime, up to rounding, which 2/255 on average leaves room for.
const CLOSE = 2;
const WASM = { prompt: "a fox on a white background", seed: 7 };
const WEBGPU = { prompt: "a yellow star on a blue background", seed: 3, "prior-steps": 1, "decoder-steps": 1 };

let expected: Promise<Record<"wasm" | "webgpu", Rgb>>;
test.beforeAll(() => {
  expected = nodePictures({ wasm: WASM, webgpu: WEBGPU });
  expected.catch(() => {}); // a test awaits it
});

async function downloaded({ page, download }: Playground): Promise<{ name: string; picture: Rgb }> {
  const event = page.waitForEvent("download");
  await download.click();
  const file = await event;
  return { name: file.suggestedFilename(), picture: decodePng(await readFile(await file.path())) };
}

test("a prompt becomes the picture that Node draws, with its preview and stages on the way", async ({ playground }) => {
  const { page, prompt, generate, cancel, seed } = playground;
  await expected;
  await playground.open();
  await expect(page.getByText("on WASM")).toBeVisible();
  await expect(prompt).toBeFocused();
  await prompt.fill(WASM.prompt);
  await seed.fill(String(WASM.seed));
  await generate.click();
  await expect(cancel).toBeVisible();
  await playground.shows(/^Stage C, step \d+ of 20$/);
  const preview = page.getByRole("img", { name: "Preview of the picture being made" });
  await expect(preview).toBeVisible();
  await expect(preview).toHaveJSProperty("width", 1024);
  await playground.shows(/^Stage B, step \d+ of \d+$/);
  await playground.shows(/^Stage A, tile \d+ of \d+$/);

  await playground.finished(WASM.prompt, 120_000);
  const picture = playground.picture(WASM.prompt);
  await expect(picture).toHaveJSProperty("naturalWidth", 1024);
  await expect(picture).toHaveJSProperty("naturalHeight", 1024);
  await expect(page.getByRole("status").filter({ hasText: /^Finished in \d+ seconds\.$/ })).toBeAttached();
  await expect(cancel).toBeHidden();
  await expect(page.getByRole("progressbar")).toBeHidden();

  const file = await downloaded(playground);
  expect(file.name).toBe("a-fox-on-a-white-background-7.png");
  expect([file.picture.width, file.picture.height]).toEqual([1024, 1024]);
  expect(contrast(file.picture)).toBeGreaterThan(10);
  expect(difference(file.picture, (await expected).wasm)).toBeLessThan(CLOSE);
});

test("WebGPU, where the address asks for it, draws the same picture", async ({ playground }) => {
  // A software adapter does about 1 GFLOP a second, and this picture takes more than 20; where other work shares the cores, minutes.
  test.setTimeout(900_000);
  await playground.open("?backend=webgpu");
  await expect(playground.page.getByText("on WebGPU")).toBeVisible();
  await playground.prompt.fill(WEBGPU.prompt);
  await playground.seed.fill(String(WEBGPU.seed));
  await playground.setAdvanced({ "Stage C steps": "1", "Stage B steps": "1" });
  await playground.generate.click();
  await playground.finished(WEBGPU.prompt, 860_000);
  const { picture } = await downloaded(playground);
  expect([picture.width, picture.height]).toEqual([1024, 1024]);
  expect(contrast(picture)).toBeGreaterThan(10);
  expect(difference(picture, (await expected).webgpu)).toBeLessThan(CLOSE);
});
