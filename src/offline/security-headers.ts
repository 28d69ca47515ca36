import { HUB_DATA } from "../shared/hub-hosts.ts";

/**
 * What page and workers may do. No `unsafe-eval`: WebAssembly alone needs `wasm-unsafe-eval`. Nothing is fetched from elsewhere, but by the converter's
 * worker from the hosts in its address (see `policyFor`). A dedicated worker takes its policy from its own response, so the policy must be a header: the
 * service worker's, or the host's (`_headers`, where it is read); the built page carries it in a meta tag besides.
 */
export const CONTENT_SECURITY_POLICY = policyWith([]);

function policyWith(hosts: readonly string[]): string {
  return [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    `connect-src ${["'self'", ...hosts].join(" ")}`,
    "worker-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** The built script of workers/convert.ts; no page and no other worker ever has more than 'self'. */
const CONVERTER = /\/assets\/convert-[\w-]+\.js$/;
const MOST_HOSTS = 8;

/** The policy of the response to a request: that of the converter's script names the hosts its address does (`?hosts=https://a.example,https://b.example`). */
export function policyFor(url: string): string {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  if (!CONVERTER.test(pathname)) return CONTENT_SECURITY_POLICY;
  const hosts = searchParams.get("hosts")?.split(",") ?? [];
  return hosts.length > 0 && hosts.length <= MOST_HOSTS && hosts.every(isHost) ? policyWith(hosts) : CONTENT_SECURITY_POLICY;
}

/** An https origin, or http on this machine (a mirror of one's own, tests): exactly, so that nothing else gets into the header. */
function isHost(host: string): boolean {
  if (HUB_DATA.includes(host)) return true;
  return /^(https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+|http:\/\/(localhost|127\.0\.0\.1))(:\d{1,5})?$/.test(host);
}

/** Threads need a cross-origin isolated page. */
export const ISOLATION_HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
} as const;

/** The same response with these headers. One that was redirected is no longer: a navigation may not be answered with that. */
export function withSecurityHeaders(response: Response, policy: string = CONTENT_SECURITY_POLICY): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION_HEADERS)) headers.set(name, value);
  headers.set("Content-Security-Policy", policy);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
