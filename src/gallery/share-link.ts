import type { Settings, StageSettings } from "../pipeline/types.ts";
import { numberAs, type PartialSettings, readSeed } from "../png/restored.ts";

const SAMPLERS: readonly StageSettings["sampler"][] = ["ddpm-wuerstchen", "ddpm", "ddim", "lcm"];

/**
 * Settings as an address's fragment, which no server sees: `v=1&prompt=a+fox&seed=7&size=1024x1024&c=20,4,ddpm&b=10,1.1,ddpm` (steps, guidance and sampler
 * of Stages C and B). Never a picture.
 */
export function toFragment({ prompt, negativePrompt, seed, width, height, stageC, stageB }: Settings): string {
  const stage = ({ steps, guidance, sampler }: StageSettings) => `${steps},${guidance},${sampler}`;
  return new URLSearchParams({
    v: "1",
    prompt,
    ...(negativePrompt !== "" && { negative: negativePrompt }),
    seed: String(seed),
    size: `${width}x${height}`,
    c: stage(stageC),
    b: stage(stageB),
  })
    .toString()
    .replace(/%2C/g, ",");
}

/** What a fragment says, each value by itself where it can be read; undefined for one that is no share link of this version. */
export function fromFragment(fragment: string): PartialSettings | undefined {
  const given = new URLSearchParams(fragment.replace(/^#/, ""));
  const prompt = given.get("prompt");
  if (given.get("v") !== "1" || prompt === null) return undefined;
  const size = /^(\d{1,5})x(\d{1,5})$/.exec(given.get("size") ?? "");
  return {
    prompt,
    negativePrompt: given.get("negative") ?? "",
    ...readSeed(given.get("seed"), []),
    ...(size !== null && { width: Number(size[1]), height: Number(size[2]) }),
    stageC: stageFrom(given.get("c")),
    stageB: stageFrom(given.get("b")),
  };
}

function stageFrom(text: string | null): Partial<StageSettings> {
  const [steps, guidance, name] = (text ?? "").split(",");
  const sampler = SAMPLERS.find((known) => known === name);
  return { ...numberAs("steps", steps), ...numberAs("guidance", guidance), ...(sampler !== undefined && { sampler }) };
}
