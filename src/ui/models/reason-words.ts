import type { Reason } from "../../catalogue/verdict.ts";
import { duration } from "../duration.ts";
import { t } from "../strings/language.ts";
import { bytesText } from "./bytes.ts";

/** A reason of a verdict, in a sentence. */
export function reasonText(reason: Reason): string {
  const words = t().models.reasons;
  switch (reason.code) {
    case "no-room":
      return words.noRoom(bytesText(reason.needed), bytesText(reason.left));
    case "buffer-too-large":
      return words.bufferTooLarge(t().models.own.partNames[reason.stage], bytesText(reason.needed), bytesText(reason.limit));
    case "too-large-for-processor":
      return words.tooLargeForProcessor(t().models.own.partNames[reason.stage], bytesText(reason.needed), bytesText(reason.limit));
    case "no-gpu":
      return words.noGpu;
    case "software-gpu":
      return words.softwareGpu;
    case "slow":
      return words.slow(duration(Math.round(reason.seconds)));
    case "much-memory":
      return words.muchMemory(bytesText(reason.needed));
    case "not-persisted":
      return words.notPersisted;
  }
}
