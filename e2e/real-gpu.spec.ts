import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { decodePng, difference, nodePictures, type Options, type Rgb } from "./node-pictures.ts";
import { expect, type Playground, test } from "./playground.ts";
import { disguiseGpu } from "./sabotage.ts";

// All that happens on real GPUs alone, on one in software: the automatic choice, networks run ahead, commands recorded (from four steps on) with previews in between.
test.use({ serviceWorkers: "allow" });

/** The same networks on the same numbers, up to rounding: one step of a byte is a great deal. */
const CLOSE = 0.5;

const steps = { "prior-steps": 4, "decoder-steps": 4 };
const PICTURES = {
  first: { prompt: "a yellow star on a blue background", seed: 3, width: 256, height: 256, ...steps },
  second: { prompt: "a red heart on a white background", seed: 4, width: 256, height: 256, ...steps },
  // Too few steps for Stage B's to be recorded at this size too: seconds on a GPU in software.
  other: { prompt: "a green circle on a white background", seed: 6, width: 256, height: 384, ...steps, "decoder-steps": 1 },
  third: { prompt: "a cat on a red background", seed: 5, width: 256, height: 256, ...steps },
} as const satisfies Readonly<Record<string, Options>>;
type Name = keyof typeof PICTURES;

let expected: Promise<Record<Name, Rgb>>;
test.beforeAll(() => {
  expected = nodePictures(PICTURES);
  expected.catch(() => {}); // a test awaits it
});

/** A link to the page with a picture's settings. */
function linkTo({ prompt, seed, width, height }: (typeof PICTURES)[Name]): string {
  return `./#${new URLSearchParams({ v: "1", prompt, seed: String(seed), size: `${width}x${height}`, c: "4,2", b: "4,1" })}`;
}

/** How often the worker's timeline has this: a network opened or recorded, all run ahead. */
async function times(page: Page, what: string): Promise<number | undefined> {
  return await page.workers()[0]?.evaluate((name) => performance.getEntriesByName(name).length, what);
}

async function downloaded({ page, download }: Playground): Promise<Rgb> {
  const event = page.waitForEvent("download");
  await download.click();
  return decodePng(await readFile(await (await event).path()));
}

test("pictures one after another, of another size and of the first again, are those of WebAssembly", async ({ playground }) => {
  test.setTimeout(900_000);
  const { page, prompt, seed } = playground;
  await disguiseGpu(page);
  await page.goto(linkTo(PICTURES.first));
  await expect(page.getByText(/WebGPU on acme real/)).toBeVisible({ timeout: 300_000 });
  await expect.poll(() => times(page, "run ahead"), { timeout: 300_000 }).toBe(1);
  for (const [name, picture] of Object.entries(PICTURES)) {
    const start = performance.now();
    await prompt.fill(picture.prompt);
    await seed.fill(String(picture.seed));
    await playground.setAdvanced({ "Stage B steps": String(picture["decoder-steps"]) });
    for (const side of ["width", "height"] as const) await page.getByRole("textbox", { name: side }).fill(String(picture[side]));
    await prompt.press("Control+Enter");
    await playground.shows(/^Stage B, step \d of \d$/);
    await playground.finished(picture.prompt);
    const apart = difference(await downloaded(playground), (await expected)[name as Name]);
    console.log(`${name}: ${apart.toFixed(4)}/255 from WebAssembly's, ${((performance.now() - start) / 1000).toFixed(1)} s`);
    expect(apart).toBeLessThan(CLOSE);
    // Nothing was told: each stage ran as it was recorded.
    expect(await page.getByText(/so they are sent anew|so attention is computed|so the processor computes/).all()).toEqual([]);
  }
  expect([await times(page, "record stage-c"), await times(page, "record stage-b")]).toEqual([3, 1]);
});
