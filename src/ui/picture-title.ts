import type { Sheet } from "../gallery/history.ts";
import type { Settings } from "../pipeline/types.ts";
import { t } from "./strings/language.ts";

interface Titled {
  readonly settings: Settings;
  readonly comparison?: Sheet;
}

/** What a picture is called: its prompt, or for a comparison's sheet also what it compares. */
export function titleOf(picture: Titled | undefined): string {
  if (picture === undefined) return "";
  const { settings, comparison } = picture;
  if (comparison === undefined) return settings.prompt;
  const axes = [comparison.columns, ...(comparison.rows === undefined ? [] : [comparison.rows])];
  const names = axes.map(({ by }) => (by === "prompt" ? t().comparison.prompts : t().names[by]));
  return t().comparison.title(settings.prompt, names.join(" × "));
}
