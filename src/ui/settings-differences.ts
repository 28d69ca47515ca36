import type { Settings } from "../pipeline/types.ts";

export type SettingName = "prompt" | "negativePrompt" | "seed" | "size" | "stageC" | "stageB";

/** A setting that two pictures don't share, and its text for each. */
export interface Difference {
  readonly name: SettingName;
  readonly values: readonly [string, string];
}

/** What two pictures were made differently by. */
export function differences(a: Settings, b: Settings): Difference[] {
  const [left, right] = [texts(a), texts(b)];
  return (Object.keys(left) as SettingName[]).flatMap((name) =>
    left[name] === right[name] ? [] : [{ name, values: [left[name], right[name]] as const }],
  );
}

function texts({ prompt, negativePrompt, seed, width, height, stageC, stageB }: Settings): Record<SettingName, string> {
  const stage = ({ steps, guidance, sampler }: Settings["stageC"]) => `${steps} × ${sampler}, ${guidance}`;
  return {
    prompt: `“${prompt}”`,
    negativePrompt: `“${negativePrompt}”`,
    seed: String(seed),
    size: `${width} × ${height}`,
    stageC: stage(stageC),
    stageB: stage(stageB),
  };
}
