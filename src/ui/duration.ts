import { t } from "./strings/language.ts";

/** Seconds as people say them: "0.4 s", "12 s", "3 min 20 s", "2 h 5 min". */
export function duration(seconds: number): string {
  const { second, minute, hour } = t().units;
  if (seconds < 9.95 && !Number.isInteger(seconds)) return `${t().units.number(seconds)} ${second}`;
  const whole = Math.round(seconds);
  if (whole < 90) return `${whole} ${second}`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return minutes < 10 ? `${minutes} ${minute} ${whole % 60} ${second}` : `${Math.round(whole / 60)} ${minute}`;
  return `${Math.floor(minutes / 60)} ${hour} ${minutes % 60} ${minute}`;
}
