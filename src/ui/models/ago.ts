import { language } from "../strings/language.ts";

const STEPS = [
  [365 * 86_400, "year"],
  [30 * 86_400, "month"],
  [7 * 86_400, "week"],
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
] as const;

/** How long ago a moment was (milliseconds since 1970): "2 days ago", "now". */
export function agoText(moment: number, now = Date.now()): string {
  const seconds = Math.max(0, (now - moment) / 1000);
  const [length, unit] = STEPS.find(([least]) => seconds >= least) ?? [1, "second"];
  const format = new Intl.RelativeTimeFormat(language(), { numeric: "auto" });
  return unit === "second" ? format.format(0, "second") : format.format(-Math.floor(seconds / length), unit);
}
