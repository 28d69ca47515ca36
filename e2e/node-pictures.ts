import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { decode } from "fast-png";

/** What the command line is asked for: its options by name. */
export type Options = Readonly<Record<string, string | number>>;

export interface Rgb {
  readonly width: number;
  readonly height: number;
  /** 3 bytes a pixel. */
  readonly data: Uint8Array;
}

/** Node's pictures for these options, made by the command line in one process. */
export async function nodePictures<K extends string>(pictures: Readonly<Record<K, Options>>): Promise<Record<K, Rgb>> {
  const folder = await mkdtemp(join(tmpdir(), "cascade-e2e-"));
  try {
    const names = Object.keys(pictures) as K[];
    const file = (name: K) => join(folder, `${name}.png`);
    const batch = join(folder, "batch.jsonl");
    await writeFile(batch, names.map((name) => JSON.stringify({ ...pictures[name], out: file(name) })).join("\n"));
    // One thread: the browsers of these tests want the others, and threads that wait for a busy processor take longer than one.
    const command = ["tsx", "tools/generate.ts", "--batch", batch, "--threads", "1"];
    await promisify(execFile)("npx", command, { cwd: resolve(import.meta.dirname, "..") });
    const read = await Promise.all(names.map(async (name) => [name, decodePng(await readFile(file(name)))] as const));
    return Object.fromEntries(read) as Record<K, Rgb>;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A PNG file's pixels without their alpha. */
export function decodePng(file: Uint8Array): Rgb {
  const { width, height, channels, data } = decode(file);
  if (channels !== 3 && channels !== 4) throw new Error(`a picture of ${channels} channels`);
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < rgb.length; i++) rgb[i] = data[Math.floor(i / 3) * channels + (i % 3)] ?? 0;
  return { width, height, data: rgb };
}

/** Mean absolute difference of two pictures' bytes. */
export function difference(a: Rgb, b: Rgb): number {
  if (a.width !== b.width || a.height !== b.height) throw new Error(`${a.width}x${a.height} and ${b.width}x${b.height} can't be compared`);
  return a.data.reduce((sum, value, i) => sum + Math.abs(value - (b.data[i] ?? 0)), 0) / a.data.length;
}

/** Standard deviation of a picture's bytes: 0 for a blank one. */
export function contrast({ data }: Rgb): number {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  return Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length);
}
