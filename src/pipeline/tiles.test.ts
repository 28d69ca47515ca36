import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSafetensors, tensorOf } from "../../fixtures/read-safetensors.ts";
import { smallCascade } from "../../fixtures/small-cascade.ts";
import { Engine } from "../runtime/engine.ts";
import { loadOrtForNode } from "../runtime/ort-node.ts";
import type { Network } from "../runtime/types.ts";
import type { Cascade } from "./cascade.ts";
import { decode } from "./decode.ts";
import { openCascade } from "./open-cascade.ts";
import type { Rect } from "./pixels.ts";
import { tilesOf } from "./tiles.ts";
import type { Pixels } from "./types.ts";

const sizes = fc.record({
  width: fc.integer({ min: 1, max: 50 }),
  height: fc.integer({ min: 1, max: 50 }),
  radius: fc.integer({ min: 0, max: 8 }),
  largest: fc.integer({ min: 1, max: 40 }),
});

describe("tiles", () => {
  it("cover every latent pixel once, each at least a radius from a cut", () => {
    fc.assert(
      fc.property(sizes, ({ width, height, radius, largest }) => {
        const covered = new Uint8Array(width * height);
        for (const { window, core } of tilesOf(width, height, radius, largest)) {
          const margins = [
            core.x - window.x >= radius || window.x === 0,
            core.y - window.y >= radius || window.y === 0,
            right(window) - right(core) >= radius || right(window) === width,
            bottom(window) - bottom(core) >= radius || bottom(window) === height,
          ];
          const inside = within(window, { x: 0, y: 0, width, height }) && within(core, window) && core.width > 0 && core.height > 0;
          if (!inside || margins.includes(false)) throw new Error(JSON.stringify({ window, core }));
          for (let y = core.y; y < bottom(core); y++) {
            for (let x = core.x; x < right(core); x++) covered[y * width + x] = (covered[y * width + x] ?? 0) + 1;
          }
        }
        expect(covered.every((times) => times === 1)).toBe(true);
      }),
    );
  });

  it("have windows of one size, no larger than asked where the radius leaves room", () => {
    fc.assert(
      fc.property(sizes, ({ width, height, radius, largest }) => {
        const tiles = tilesOf(width, height, radius, largest);
        expect(new Set(tiles.map(({ window }) => `${window.width}x${window.height}`)).size).toBe(1);
        const most = Math.max(largest, 2 * radius + 1);
        for (const { window } of tiles) expect(Math.max(window.width, window.height)).toBeLessThanOrEqual(most);
      }),
    );
  });
});

describe("decoding in tiles", () => {
  let cascade: Cascade;
  let network: Network;
  beforeAll(async () => {
    cascade = await openCascade(Engine.onWasm(await loadOrtForNode()), await smallCascade(), { backend: "wasm", reason: "a test" });
    network = await cascade.runtime.open("stage-a");
  });
  afterAll(() => cascade.runtime.dispose());

  const latent = tensorOf(readSafetensors("cases/pipeline.safetensors"), "case1.latents");
  async function picture(windowSide?: number): Promise<{ image: Pixels; tiles: number }> {
    const decoding = decode(network, latent, cascade.manifest.parts["stage-a"].config, { ...(windowSide !== undefined && { windowSide }) });
    let tiles = 0;
    for (;;) {
      const { done, value } = await decoding.next();
      if (done) return { image: value, tiles };
      if (value.type === "tile") tiles++;
    }
  }

  it("gives the whole decode's picture", async () => {
    const whole = await picture();
    expect(whole.tiles).toBe(1);
    for (const [side, tiles] of [
      [40, 6],
      [17, 104],
    ] as const) {
      const tiled = await picture(side);
      expect(tiled.tiles).toBe(tiles);
      // The same sums in another blocking: a pixel may round to the neighbouring byte.
      const worst = tiled.image.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (whole.image.data[i] ?? 999))), 0);
      expect(worst, `windows of ${side}`).toBeLessThanOrEqual(1);
    }
  });
});

const right = ({ x, width }: Rect): number => x + width;
const bottom = ({ y, height }: Rect): number => y + height;
function within(inner: Rect, outer: Rect): boolean {
  return inner.x >= outer.x && inner.y >= outer.y && right(inner) <= right(outer) && bottom(inner) <= bottom(outer);
}
