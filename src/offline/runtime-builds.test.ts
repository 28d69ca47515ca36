import { describe, expect, test } from "vitest";
import { neededBuilds } from "./runtime-builds.ts";

const cpu = "assets/ort-wasm-simd-threaded-DcHr.wasm";
const jspi = "assets/ort-wasm-simd-threaded.jspi-CZzF.wasm";
const asyncify = { url: "assets/ort-wasm-simd-threaded.asyncify-D5D0.wasm", revision: null };
const all = ["index.html", cpu, jspi, asyncify];

describe("neededBuilds", () => {
  test("keeps the build the browser loads, and the CPU's", () => {
    expect(neededBuilds(all, { webgpu: true, jspi: true })).toEqual(["index.html", cpu, jspi]);
    expect(neededBuilds(all, { webgpu: true, jspi: false })).toEqual(["index.html", cpu, asyncify]);
    expect(neededBuilds(all, { webgpu: false, jspi: true })).toEqual(["index.html", cpu]);
  });
});
