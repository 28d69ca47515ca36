import type { CascadeInfo } from "../client/protocol.ts";

/** What a picture's settings call the model: two conversions of one draw different pictures, so its precision belongs to its name, e.g. "mini q8". */
export function modelLabel({ name, precision }: CascadeInfo): string {
  return `${name} ${precision}`;
}
