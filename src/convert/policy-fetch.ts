import { CascadeError } from "../shared/errors.ts";

/**
 * A fetch that tells what the content security policy stopped from what the network did: both are the same TypeError, but the first comes with an event.
 * Rejects with `download-failed` for a host the policy does not name; that does not pass by waiting.
 */
export function policyFetch(scope: Pick<EventTarget, "addEventListener">, send: typeof fetch = fetch): typeof fetch {
  const stopped = new Set<string>();
  scope.addEventListener("securitypolicyviolation", (event) => {
    if ("blockedURI" in event && typeof event.blockedURI === "string" && URL.canParse(event.blockedURI)) {
      stopped.add(new URL(event.blockedURI).origin);
    }
  });
  return async (input, init) => {
    try {
      return await send(input, init);
    } catch (error) {
      // The event is a task of its own, that may come after the rejection.
      await new Promise((next) => setTimeout(next));
      const { origin } = new URL(input instanceof Request ? input.url : input, location.href);
      if (!stopped.has(origin)) throw error;
      throw new CascadeError(
        "download-failed",
        `This page's own policy keeps it from reading ${origin}, or where that sends it: reload the page once, so that its service worker can allow the host; without a service worker (a private window) download the files and drop them here.`,
        { cause: error },
      );
    }
  };
}
