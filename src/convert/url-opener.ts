import { CascadeError } from "../shared/errors.ts";
import { addressAt, type HubAddress, type HubRevision, hubAddress, hubRevision, isCommit } from "./hub.ts";
import { type StreamedSource, streamedSource } from "./streamed-source.ts";
import { type UrlSourceOptions, urlSource } from "./url-source.ts";

export interface UrlOpenerOptions extends UrlSourceOptions {
  /** Whether each file is compared with the SHA-256 its host publishes. @default true */
  readonly checkHashes?: boolean;
}

/** Opens files on hosts for one conversion: each address once, a hub's files all at the commit that was found first. */
export class UrlOpener {
  private readonly opened = new Map<string, Promise<StreamedSource>>();
  private readonly revisions = new Map<string, Promise<HubRevision | undefined>>();

  constructor(private readonly options: UrlOpenerOptions = {}) {}

  /** A file. Rejects with `download-failed`. */
  open(url: string): Promise<StreamedSource> {
    const found = this.opened.get(url) ?? this.openNew(url);
    this.opened.set(url, found);
    return found;
  }

  /** A hub's folder: its safetensors and json files; or a file, and the json files beside it that a hub lists. */
  async openAll(url: string): Promise<StreamedSource[]> {
    const address = hubAddress(url);
    const revision = address && (await this.revisionOf(address));
    if (address === undefined || revision === undefined) {
      if (address?.folder === true) throw new CascadeError("download-failed", `${url} can't be listed: name its files one by one.`);
      return [await this.open(url)];
    }
    const folder = address.folder ? address.path : address.path.split("/").slice(0, -1).join("/");
    const prefix = folder === "" ? "" : `${folder}/`;
    const inside = revision.files
      .map(({ path }) => path)
      .filter((path) => path.startsWith(prefix) && !path.slice(prefix.length).includes("/") && path !== address.path);
    const wanted = address.folder
      ? inside.filter((path) => /\.(safetensors|json)$/.test(path))
      : [address.path, ...inside.filter((path) => path.endsWith(".json") && !path.endsWith(".index.json"))];
    if (wanted.length === 0)
      throw new CascadeError("download-failed", `${url} holds no safetensors or json files; check address and revision.`);
    return Promise.all(wanted.map((path) => this.open(addressAt(address, address.revision, path))));
  }

  /** The same file's address at the commit its branch or tag stands for now; as it is where its host tells no commit. */
  async pin(url: string): Promise<string> {
    const address = hubAddress(url);
    const revision = address && (await this.revisionOf(address));
    return address && revision ? pinned(address, revision) : url;
  }

  /** Reads what is left of every file and compares its hash. Rejects with `bad-checkpoint`. */
  async check(signal?: AbortSignal): Promise<void> {
    for (const source of this.opened.values()) await (await source).check(signal);
  }

  private async openNew(url: string): Promise<StreamedSource> {
    const address = hubAddress(url);
    const revision = address && (await this.revisionOf(address));
    const listed = revision?.files.find(({ path }) => path === address?.path);
    const source = await urlSource(address && revision ? pinned(address, revision) : url, {
      ...this.options,
      ...(listed?.sha256 !== undefined && { sha256: listed.sha256 }),
    });
    const compared = (this.options.checkHashes ?? true) && source.sha256 !== undefined;
    return streamedSource(source, compared ? { sha256: source.sha256 } : {});
  }

  private revisionOf(address: HubAddress): Promise<HubRevision | undefined> {
    const key = `${address.base} ${address.repository} ${address.revision}`;
    const found = this.revisions.get(key) ?? hubRevision(address, this.options);
    this.revisions.set(key, found);
    return found;
  }
}

function pinned(address: HubAddress, { commit }: HubRevision): string {
  return addressAt(address, isCommit(address.revision) ? address.revision : commit, address.path);
}
