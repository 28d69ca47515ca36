import type { TargetDirectory } from "./types.ts";

/** Asks for a folder to write to; undefined where none was chosen. Only where the browser has such a picker. */
export async function pickFolder(): Promise<TargetDirectory | undefined> {
  const pick = (window as unknown as { showDirectoryPicker?: (options: { mode: "readwrite" }) => Promise<TargetDirectory> })
    .showDirectoryPicker;
  try {
    return await pick?.({ mode: "readwrite" });
  } catch {
    return undefined; // closed without a choice
  }
}
