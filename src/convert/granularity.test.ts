import { expect, it } from "vitest";
import { granularity } from "./granularity.ts";

const c = { block_out_channels: [2048, 2048], switch_level: [false] };
const b = { block_out_channels: [320, 640, 1280, 1280], switch_level: null };

it("is 128 pixels for the published networks", () => {
  expect(granularity({ ...c, patch_size: 1 }, { ...b, patch_size: 2 })).toBe(128);
});

it("follows the patches of both networks", () => {
  expect(granularity({ ...c, patch_size: 3 }, { block_out_channels: [96, 160, 224], switch_level: null, patch_size: 4 })).toBe(128);
  expect(granularity({ ...c, patch_size: 2 }, { ...b, patch_size: 2 })).toBe(256);
  expect(granularity({ ...c, patch_size: 1 }, { ...b, patch_size: 8 })).toBe(256);
  expect(() => granularity({ ...c, patch_size: 97 }, { ...b, patch_size: 2 })).toThrow("no picture size");
});
