import { addPlugins, cleanupOutdatedCaches, type PrecacheEntry, precacheAndRoute } from "workbox-precaching";
import { neededBuilds } from "../src/offline/runtime-builds.ts";
import { policyFor, withSecurityHeaders } from "../src/offline/security-headers.ts";

/**
 * The app offline: page, runtime and embedded model from one precache, each file of one version of the app. A host that can't send
 * COOP, COEP and the policy gets them here, so there is this one service worker and no second one for isolation.
 */
declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: readonly (PrecacheEntry | string)[] };

addPlugins([
  {
    cacheWillUpdate: async ({ response }) => (response.status === 200 ? withSecurityHeaders(response) : null),
    // The converter's script comes with a policy of its own for each set of hosts.
    handlerWillRespond: async ({ request, response }) =>
      request.destination === "worker" && new URL(request.url).search !== ""
        ? withSecurityHeaders(response, policyFor(request.url))
        : response,
  },
]);
cleanupOutdatedCaches();
precacheAndRoute(neededBuilds(self.__WB_MANIFEST, { webgpu: "gpu" in navigator, jspi: "Suspending" in WebAssembly }), {
  // `?backend=wasm` and the like are the page's own business.
  ignoreURLParametersMatching: [/./],
});

// The first version takes the page that brought it; a later one waits until the page asks, so that no running job loses its files.
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", ({ data }) => {
  if (typeof data === "object" && data !== null && data.type === "SKIP_WAITING") void self.skipWaiting();
});
