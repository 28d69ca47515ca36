import type { History, HistoryEntry } from "../gallery/history.ts";
import { CascadeError } from "../shared/errors.ts";
import { showPicture } from "./controller.ts";
import type { PageState, Picture } from "./state.ts";
import { t } from "./strings/language.ts";

/** What can be done with earlier pictures. */
export interface Gallery {
  /** Reads what is stored. */
  open(): Promise<void>;
  keep(picture: Omit<Picture, "url">): Promise<void>;
  show(id: string): Promise<void>;
  /** A picture's file; undefined where it is gone. */
  png(id: string): Promise<Blob | undefined>;
  setFavourite(id: string, favourite: boolean): Promise<void>;
  delete(id: string): Promise<void>;
}

const THUMBNAIL = 160;
/** Bytes: room for about thirty pictures. */
const WARN_BELOW = 48 * 2 ** 20;

/** The gallery over a history. Where the browser stores nothing, pictures are kept for this visit alone. */
export function createGallery(state: PageState, history: History): Gallery {
  const unstored = new Map<string, Blob>();
  const entryOf = (id: string) => state.history.value.find((entry) => entry.id === id);
  const png = async (id: string) => unstored.get(id) ?? (await history.png(id));
  /** Says before the room is gone that it will be. */
  const tellRoom = async (): Promise<void> => {
    const room = await history.room().catch(() => Number.POSITIVE_INFINITY);
    state.storageWarning.value = room < WARN_BELOW ? t().history.nearlyFull(Math.max(0, Math.floor(room / 2 ** 20))) : "";
  };
  return {
    async open() {
      void tellRoom();
      try {
        state.history.value = await history.list();
      } catch {
        // A private window without storage: the list begins empty.
      }
    },
    async keep({ settings, model, weights, seconds, blob, stages, comparison }) {
      const id = crypto.randomUUID();
      const thumbnail = await thumbnailOf(blob);
      const entry: HistoryEntry = {
        id,
        settings,
        model,
        made: Date.now(),
        seconds,
        favourite: false,
        thumbnail,
        ...(weights !== undefined && { weights }),
        ...(stages !== undefined && { stages }),
        ...(comparison !== undefined && { comparison }),
      };
      try {
        await history.add(entry, blob);
      } catch (error) {
        unstored.set(id, blob);
        const why = error instanceof CascadeError ? error.message : t().history.notStored;
        state.notes.value = [...state.notes.value, why];
      }
      state.history.value = [entry, ...state.history.value];
      void tellRoom();
    },
    png,
    async show(id) {
      const entry = entryOf(id);
      const blob = await png(id);
      if (entry === undefined || blob === undefined) return;
      state.notes.value = [];
      const { settings, model, weights, seconds, stages, comparison } = entry;
      showPicture(state, {
        settings,
        blob,
        model,
        seconds,
        ...(weights !== undefined && { weights }),
        ...(stages !== undefined && { stages }),
        ...(comparison !== undefined && { comparison }),
      });
    },
    async setFavourite(id, favourite) {
      const entry = entryOf(id);
      if (entry === undefined) return;
      state.history.value = state.history.value.map((each) => (each.id === id ? { ...each, favourite } : each));
      if (!unstored.has(id)) await history.setFavourite(entry, favourite);
    },
    async delete(id) {
      state.history.value = state.history.value.filter((entry) => entry.id !== id);
      if (!unstored.delete(id)) await history.delete(id);
      void tellRoom();
    },
  };
}

async function thumbnailOf(png: Blob): Promise<Blob> {
  const image = await createImageBitmap(png);
  const scale = THUMBNAIL / Math.max(image.width, image.height);
  const canvas = new OffscreenCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no 2d context to make a thumbnail with");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return await canvas.convertToBlob({ type: "image/webp", quality: 0.85 });
}
