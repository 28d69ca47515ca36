import type { Settings, WeightsRead } from "../pipeline/types.ts";
import { CascadeError } from "../shared/errors.ts";
import type { Axes } from "./comparison.ts";
import type { StageTime } from "./pace.ts";

/** A finished picture, as the gallery lists it. The PNG itself is read when it is wanted. */
export interface HistoryEntry {
  readonly id: string;
  readonly settings: Settings;
  /** Name and precision of the model that drew it. */
  readonly model: string;
  /** What the model's weights were read at; absent: as they are stored. */
  readonly weights?: readonly WeightsRead[];
  /** Milliseconds since 1970. */
  readonly made: number;
  /** How long it took. */
  readonly seconds: number;
  readonly favourite: boolean;
  readonly thumbnail: Blob;
  /** What each stage took. */
  readonly stages?: readonly StageTime[];
  /** A sheet of several pictures, which `settings` has in common. */
  readonly comparison?: Sheet;
}

/** A comparison as one picture. */
export interface Sheet extends Axes {
  readonly width: number;
  readonly height: number;
}

/** Where entries are kept: the functions of idb-keyval that are used, over one store. */
export interface KeyValues {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  delete(keys: readonly string[]): Promise<void>;
  entries(): Promise<readonly (readonly [string, unknown])[]>;
}

/** Bytes used and allowed, as `navigator.storage.estimate()` says. */
export interface Estimate {
  readonly usage?: number;
  readonly quota?: number;
}

/** Pictures that survive a reload. Newest first. */
export interface History {
  /** All entries; none where the browser stores nothing. */
  list(): Promise<HistoryEntry[]>;
  /** Keeps a picture. Rejects with `storage-full` where there is no room for it. */
  add(entry: HistoryEntry, png: Blob): Promise<void>;
  /** Bytes that can still be added; infinity where the browser does not say. */
  room(): Promise<number>;
  /** The picture's file; undefined where it was deleted. */
  png(id: string): Promise<Blob | undefined>;
  setFavourite(entry: HistoryEntry, favourite: boolean): Promise<HistoryEntry>;
  delete(id: string): Promise<void>;
}

/** What stays free for the browser and for models: beyond nine tenths of what is allowed, nothing is added. */
const SHARE = 0.9;

const entryKey = (id: string) => `entry:${id}`;
const pngKey = (id: string) => `png:${id}`;

/** The history in `store`; `estimate` tells the room that is left, nothing where the browser does not say. */
export function createHistory(store: KeyValues, estimate: () => Promise<Estimate>): History {
  const room = async (): Promise<number> => {
    const { usage = 0, quota = Number.POSITIVE_INFINITY } = await estimate();
    return quota * SHARE - usage;
  };
  return {
    room,
    async list() {
      const entries = await store.entries();
      return entries
        .filter(([key]) => key.startsWith("entry:"))
        .map(([, value]) => value)
        .filter(isEntry)
        .sort((a, b) => b.made - a.made);
    },
    async add(entry, png) {
      if (png.size + entry.thumbnail.size > (await room())) throw full();
      try {
        // The file first: an entry never lacks its picture.
        await store.set(pngKey(entry.id), png);
        await store.set(entryKey(entry.id), entry);
      } catch (error) {
        if (error instanceof DOMException && error.name === "QuotaExceededError") throw full();
        throw error;
      }
    },
    async png(id) {
      const png = await store.get(pngKey(id));
      return png instanceof Blob ? png : undefined;
    },
    async setFavourite(entry, favourite) {
      const changed = { ...entry, favourite };
      await store.set(entryKey(entry.id), changed);
      return changed;
    },
    delete: (id) => store.delete([entryKey(id), pngKey(id)]),
  };
}

/** Entries whose prompt has every word of `query`, in any order and case; `favourites`: only those. */
export function search(entries: readonly HistoryEntry[], query: string, favourites: boolean): HistoryEntry[] {
  const words = query.toLowerCase().split(/\s+/);
  return entries.filter(({ settings, favourite }) => {
    const text = `${settings.prompt} ${settings.negativePrompt} ${settings.seed}`.toLowerCase();
    return (favourite || !favourites) && words.every((word) => text.includes(word));
  });
}

function full(): CascadeError {
  return new CascadeError(
    "storage-full",
    "This picture was not kept in the history, because the browser's storage is nearly full: download it, then delete pictures you don't need.",
  );
}

/** What an earlier version or another program stored is not listed. */
function isEntry(value: unknown): value is HistoryEntry {
  if (typeof value !== "object" || value === null) return false;
  const { id, settings, made, thumbnail } = value as Partial<HistoryEntry>;
  return typeof id === "string" && typeof made === "number" && thumbnail instanceof Blob && typeof settings?.prompt === "string";
}
