import { HUB } from "./catalogue.ts";

/**
 * Where the hub's addresses redirect to: its file servers. A content security policy looks at the target of a redirect too, so without them a
 * worker could reach the hub, but none of its files.
 */
const HUB_DATA = ["https://*.hf.co", "https://*.huggingface.co"];

/** The origins a converter's worker needs for these addresses (files, folders or a hub's base), for `createConvertClient({ hosts })`. */
export function hostsOf(addresses: readonly string[]): readonly string[] {
  const origins = new Set<string>();
  for (const address of addresses) {
    const { origin } = new URL(address);
    origins.add(origin);
    if (origin === HUB) for (const data of HUB_DATA) origins.add(data);
  }
  return [...origins].sort();
}
