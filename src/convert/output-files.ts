import type { FileEntry } from "../shared/manifest.ts";
import { createHashed, type HashedFile } from "./hashed-file.ts";
import type { OutputFolder } from "./output-folder.ts";

/** The data files of a conversion, several open at once; one that an earlier run closed is not opened again. */
export class OutputFiles {
  private readonly open = new Map<string, HashedFile>();

  constructor(private readonly folder: OutputFolder) {}

  async write(file: string, bytes: Uint8Array<ArrayBuffer>, at: number): Promise<void> {
    await (await this.opened(file)).write(bytes, at);
  }

  /** Ends a file at `size` bytes. */
  async close(file: string, size: number): Promise<FileEntry> {
    const done = this.folder.journal?.files.get(file);
    if (done !== undefined && done.size === size) return done;
    const entry = await (await this.opened(file)).close(size);
    this.open.delete(file);
    return entry;
  }

  private async opened(file: string): Promise<HashedFile> {
    const found = this.open.get(file) ?? (await createHashed(this.folder, file));
    this.open.set(file, found);
    return found;
  }
}
