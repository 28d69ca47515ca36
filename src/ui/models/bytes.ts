import { language } from "../strings/language.ts";

const UNITS = [
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
] as const;

/** Bytes as people say them: "7.2 GB", "430 MB", "12 kB". */
export function bytesText(bytes: number): string {
  const [size, unit] = UNITS.find(([least]) => bytes >= 0.9995 * least) ?? [1, "B"];
  const value = bytes / size;
  return `${new Intl.NumberFormat(language(), { maximumFractionDigits: value < 9.95 && unit === "GB" ? 1 : 0 }).format(value)} ${unit}`;
}
