import { expect, type Playground, test } from "./playground.ts";

/** A digest of part of the picture being made, `from` to `to` of its width. */
async function painted({ page }: Playground, from = 0, to = 1): Promise<string> {
  const canvas = page.getByRole("img", { name: "Preview of the picture being made" });
  await expect(canvas).toBeVisible();
  return await canvas.evaluate(
    async (element, [left, right]) => {
      const { width, height } = element as HTMLCanvasElement;
      const [x, end] = [Math.round(left * width), Math.round(right * width)];
      const part = (element as HTMLCanvasElement).getContext("2d")?.getImageData(x, 0, end - x, height).data ?? new Uint8ClampedArray();
      return [...new Uint8Array(await crypto.subtle.digest("SHA-256", part))].join();
    },
    [from, to] as const,
  );
}

test("the picture comes into view by every step of Stage C, by steps of Stage B, and by the tiles of Stage A", async ({ playground }) => {
  const { prompt, seed } = playground;
  await playground.open("?backend=wasm");
  await playground.setSmall(3);
  // Wide enough for two tiles.
  await playground.setAdvanced({ "Stage B steps": "4", Width: "640" });
  await prompt.fill("a star");
  await seed.fill("7");
  await playground.startAndPauseAt(/^Stage C, step 2 of 3$/);
  const views = [await painted(playground)];
  for (const next of [
    /^Stage C, step 3 of 3$/,
    /^Loading Stage B$/,
    /^Stage B, step 2 of 4$/,
    /^Stage B, step 3 of 4$/,
    /^Loading Stage A$/,
  ]) {
    await playground.goOnTo(next);
    views.push(await painted(playground));
  }
  expect(new Set(views).size).toBe(views.length);

  const [left, right] = [await painted(playground, 0, 0.25), await painted(playground, 0.75, 1)];
  await playground.goOnTo(/^Stage A, tile 1 of 2$/);
  expect(await painted(playground, 0, 0.25)).not.toBe(left);
  expect(await painted(playground, 0.75, 1)).toBe(right);
  await playground.goOnTo(/^Stage A, tile 2 of 2$/);
  expect(await painted(playground, 0.75, 1)).not.toBe(right);
  await playground.resume();
  await playground.finished("a star");
});
