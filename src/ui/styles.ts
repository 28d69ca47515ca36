/** A style template: what it makes of a prompt, and what it keeps out. */
export interface Style {
  /** `{prompt}` is what the user wrote. */
  readonly prompt: string;
  readonly negative?: string;
}

/**
 * Ready-made styles by the keys their names have in the strings. Short ones: what stands after the prompt takes of its 75 tokens. The first three are
 * words the embedded model was taught; the others want a model that was trained on photographs and art.
 */
export const STYLES = {
  onWhite: { prompt: "{prompt} on a white background" },
  onBlack: { prompt: "{prompt} on a black background" },
  icon: { prompt: "a simple flat icon of {prompt}" },
  photo: { prompt: "photograph of {prompt}, 50mm lens, natural light, sharp focus", negative: "drawing, painting, blurry" },
  cinematic: { prompt: "cinematic still of {prompt}, dramatic light, shallow depth of field", negative: "cartoon, flat light" },
  portrait: { prompt: "studio portrait of {prompt}, soft key light, detailed skin, 85mm", negative: "distorted face, cropped head" },
  watercolour: { prompt: "watercolor painting of {prompt}, soft washes, paper texture", negative: "photograph, hard edges" },
  oil: { prompt: "oil painting of {prompt}, visible brush strokes, rich colors", negative: "photograph" },
  ink: { prompt: "ink drawing of {prompt}, fine lines, hatching, black and white", negative: "color, photograph" },
  comic: { prompt: "comic book panel of {prompt}, bold outlines, halftone shading", negative: "photograph" },
  anime: { prompt: "anime key visual of {prompt}, clean lines, vivid colors", negative: "photograph, realistic" },
  pixel: { prompt: "pixel art of {prompt}, 16-bit, limited palette", negative: "photograph, smooth" },
  clay: { prompt: "clay model of {prompt}, stop motion, soft studio light", negative: "flat, drawing" },
  isometric: { prompt: "isometric 3d render of {prompt}, soft shadows, pastel colors", negative: "photograph" },
} as const satisfies Readonly<Record<string, Style>>;

export type StyleName = keyof typeof STYLES;
export const STYLE_NAMES = Object.keys(STYLES) as StyleName[];

/** Prompt and negative prompt in a style; "" leaves them as they are. */
export function styled(style: StyleName | "", prompt: string, negativePrompt: string): { prompt: string; negativePrompt: string } {
  if (style === "") return { prompt, negativePrompt };
  const { prompt: template, negative }: Style = STYLES[style];
  return {
    prompt: template.replace("{prompt}", () => prompt),
    negativePrompt: [negativePrompt, negative].filter((text) => text !== undefined && text !== "").join(", "),
  };
}
