import { HUB, HUB_DATA } from "../shared/hub-hosts.ts";

/**
 * The origins a converter's worker needs for these addresses (files, folders, a hub's base), for `createConvertClient({ hosts })`. A policy looks at the
 * target of a redirect too: the hub's file servers come with the hub, and with mirrors of it, which mostly redirect to the same.
 * A host that redirects elsewhere needs that one named as well.
 */
export function hostsOf(addresses: readonly string[]): readonly string[] {
  const hosts = new Set<string>();
  for (const address of addresses) {
    const { origin, pathname } = new URL(address);
    hosts.add(origin);
    if (origin === HUB || pathname === "/" || /^\/.+\/(resolve|tree|blob)\//.test(pathname)) for (const data of HUB_DATA) hosts.add(data);
  }
  return [...hosts].sort();
}
