/**
 * The parts of the origin private file system that are used, so that page, worker and Node (whose type libraries differ: synchronous
 * access handles are a dedicated worker's) check the same code, and tests bring their own.
 */
export interface Directory {
  readonly name: string;
  keys(): AsyncIterableIterator<string>;
  getDirectoryHandle(name: string, options?: { readonly create?: boolean }): Promise<Directory>;
  getFileHandle(name: string, options?: { readonly create?: boolean }): Promise<FileHandle>;
  removeEntry(name: string, options?: { readonly recursive?: boolean }): Promise<void>;
}

export interface FileHandle {
  getFile(): Promise<File>;
  createSyncAccessHandle(): Promise<SyncHandle>;
}

export interface SyncHandle {
  /** Fills `bytes` from byte `at`; returns how many there were. */
  read(bytes: Uint8Array<ArrayBuffer>, options: { readonly at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { readonly at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

/** How much room this origin has, as far as the browser says. */
export interface Space {
  /** Bytes. */
  readonly used: number;
  readonly quota: number;
  /** Whether the browser keeps the models when the disk runs low. */
  readonly persisted: boolean;
}

/** Bytes of a file; 0 where there is none. */
export async function fileSize(folder: Directory, name: string): Promise<number> {
  return (await findFile(folder, name))?.size ?? 0;
}

/** A file, or undefined where there is none. */
export async function findFile(folder: Directory, name: string): Promise<File | undefined> {
  try {
    return await (await folder.getFileHandle(name)).getFile();
  } catch (error) {
    if (error instanceof Error && error.name === "NotFoundError") return undefined;
    throw error;
  }
}
