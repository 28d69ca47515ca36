import { Workbox } from "workbox-window";

export interface AppVersionEvents {
  /** Whether the page may reload now: nothing is being made or shown. */
  readonly isIdle: () => boolean;
  /** A new version waits. It is taken by `update()`, never by itself. */
  readonly onUpdate: () => void;
}

/** The service worker, as the page sees it. */
export interface AppVersion {
  /** Resolves once all of the app, its model with it, is on this machine and comes from there; never where no service worker takes the page. */
  readonly kept: Promise<void>;
  /** Takes the waiting version and reloads. */
  update(): void;
}

const ISOLATION_TRIED = "isolation-tried";

/**
 * Registers the service worker. Where the host does not isolate the page, it does once the service worker has taken the page and the page is
 * loaded again: that happens by itself, once a tab and only while idle, so no host can make it a loop.
 */
export function startAppVersion({ isIdle, onUpdate }: AppVersionEvents): AppVersion {
  if (!("serviceWorker" in navigator)) return { kept: new Promise(() => {}), update: () => {} };
  const workbox = new Workbox("./service-worker.js", { scope: "./" });
  workbox.addEventListener("waiting", onUpdate);
  let taken = false;
  let asked = false;
  workbox.addEventListener("controlling", ({ isUpdate }) => {
    taken = isUpdate === true;
    // Another tab may have taken the new version while this one works.
    if (taken && (asked || isIdle())) location.reload();
    else if (taken) onUpdate();
    else if (!crossOriginIsolated && isIdle() && firstTry()) location.reload();
  });
  // Without a service worker (a private window, a policy) the page works as well, but not offline.
  workbox.register().catch(() => {});
  return {
    kept: takenOnce(navigator.serviceWorker),
    update() {
      asked = true;
      if (taken) location.reload();
      else workbox.messageSkipWaiting();
    },
  };
}

async function takenOnce(workers: ServiceWorkerContainer): Promise<void> {
  if (workers.controller !== null) return;
  await new Promise((taken) => workers.addEventListener("controllerchange", taken, { once: true }));
}

function firstTry(): boolean {
  try {
    if (sessionStorage.getItem(ISOLATION_TRIED) !== null) return false;
    sessionStorage.setItem(ISOLATION_TRIED, "yes");
    return true;
  } catch {
    return false; // without storage nobody could tell the first try from the next
  }
}
