import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MemoryDirectory } from "../../fixtures/memory-directory.ts";
import type { Directory, SyncHandle } from "./file-system.ts";
import { openSync } from "./open-sync.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A folder whose first `silent` openings are answered only when `answer` is called. */
function hesitant(silent: number) {
  const folder = new MemoryDirectory();
  const held: ((handle: SyncHandle) => void)[] = [];
  let asked = 0;
  const directory: Directory = {
    name: "",
    keys: () => folder.keys(),
    getDirectoryHandle: (name, options) => folder.getDirectoryHandle(name, options),
    removeEntry: (name) => folder.removeEntry(name),
    async getFileHandle(name, options) {
      const file = await folder.getFileHandle(name, options);
      return {
        getFile: () => file.getFile(),
        createSyncAccessHandle: () => (asked++ < silent ? new Promise((answer) => held.push(answer)) : file.createSyncAccessHandle()),
      };
    },
  };
  return { directory, folder, held, asked: () => asked };
}

test("a file whose opening is not answered is opened again, and a late answer closed", async () => {
  const { directory, folder, held } = hesitant(1);
  const opening = openSync(directory, "a");
  await vi.advanceTimersByTimeAsync(10_000);
  (await opening).close();
  const late = await (await folder.getFileHandle("a")).createSyncAccessHandle();
  held[0]?.(late);
  await vi.advanceTimersByTimeAsync(0);
  // Closed: it can be opened once more.
  (await (await folder.getFileHandle("a")).createSyncAccessHandle()).close();
});

test("one that is never answered ends in a plain message, one that is refused at once", async () => {
  const { directory, asked } = hesitant(9);
  const failure = expect(openSync(directory, "a")).rejects.toMatchObject({
    code: "storage-busy",
    message: expect.stringContaining("reload the page"),
  });
  await vi.advanceTimersByTimeAsync(40_000);
  await failure;
  expect(asked()).toBe(3);
  const folder = new MemoryDirectory();
  await openSync(folder, "b");
  await expect(openSync(folder, "b")).rejects.toMatchObject({ name: "NoModificationAllowedError" });
});
