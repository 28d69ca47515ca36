/** Whether there is a model in the browser's storage that has no cascade.json yet, or an empty one: one that was left unfinished. */
export async function hasUnfinished(): Promise<boolean> {
  try {
    const root = await navigator.storage.getDirectory();
    const models = await root.getDirectoryHandle("models");
    for await (const folder of models.values()) {
      if (!(folder instanceof FileSystemDirectoryHandle)) continue;
      const manifest = await folder.getFileHandle("cascade.json").then(
        (file) => file.getFile(),
        () => undefined,
      );
      if (manifest === undefined || manifest.size === 0) return true;
    }
  } catch {
    // No such storage, or no model ever.
  }
  return false;
}
