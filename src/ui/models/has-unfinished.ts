/** The browser's folder of models; undefined where there never was one, or no such storage. */
async function modelsFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle("models");
  } catch {
    return undefined;
  }
}

/** Whether a model was left unfinished, by the store's own rule: cheap where there is none, for it is asked on every visit. */
export async function hasUnfinished(): Promise<boolean> {
  const models = await modelsFolder();
  for await (const id of models?.keys() ?? []) {
    const { finishedManifest } = await import("../../shared/finished-manifest.ts");
    const file = models && (await manifestIn(models, id));
    if ((await finishedManifest(file)) === undefined) return true;
  }
  return false;
}

async function manifestIn(models: FileSystemDirectoryHandle, id: string): Promise<File | undefined> {
  try {
    return await (await (await models.getDirectoryHandle(id)).getFileHandle("cascade.json")).getFile();
  } catch {
    return undefined;
  }
}
