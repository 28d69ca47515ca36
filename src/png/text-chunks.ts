import type { Chunk } from "./chunks.ts";

/**
 * A text of a PNG file: tEXt where Latin-1 has all its letters (what other tools read best), else iTXt in UTF-8, uncompressed.
 * `keyword`: 1 to 79 Latin letters.
 */
export function textChunk(keyword: string, text: string): Chunk {
  // Of Latin-1 the specification allows the printing characters and the line feed.
  if (/^[\n\x20-\x7e\xa1-\xff]*$/.test(text)) return { type: "tEXt", data: latin1(`${keyword}\0${text}`) };
  return internationalChunk(keyword, text);
}

/** The same as iTXt, which XMP must be (XMP specification part 3, PNG). */
export function internationalChunk(keyword: string, text: string): Chunk {
  const utf8 = new TextEncoder().encode(text);
  const head = latin1(`${keyword}\0\0\0\0\0`); // not compressed, method 0, no language, no translated keyword
  const data = new Uint8Array(head.length + utf8.length);
  data.set(head);
  data.set(utf8, head.length);
  return { type: "iTXt", data };
}

/** All texts by keyword, from tEXt, zTXt and iTXt; of one keyword the last. Chunks that don't hold what they say are left out. */
export async function readTexts(chunks: readonly Chunk[]): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const chunk of chunks) {
    try {
      const entry = await readText(chunk);
      if (entry !== undefined) texts.set(...entry);
    } catch {
      // A broken text takes no other text along.
    }
  }
  return texts;
}

/** As large as a text may become unpacked: workflows have megabytes, a bomb has gigabytes. */
const LARGEST = 64 * 2 ** 20;

async function readText({ type, data }: Chunk): Promise<[string, string] | undefined> {
  const zero = data.indexOf(0);
  if (zero < 1) return undefined;
  const keyword = fromLatin1(data.subarray(0, zero));
  const rest = data.subarray(zero + 1);
  if (type === "tEXt") return [keyword, fromLatin1(rest)];
  if (type === "zTXt") return [keyword, fromLatin1(await inflate(rest.subarray(1)))];
  if (type !== "iTXt") return undefined;
  const language = rest.indexOf(0, 2);
  const translated = rest.indexOf(0, language + 1);
  if (language < 0 || translated < 0) return undefined;
  const body = rest.subarray(translated + 1);
  return [keyword, new TextDecoder().decode(rest[0] === 1 ? await inflate(body) : body)];
}

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size > LARGEST) throw new Error(`a text of more than ${LARGEST} bytes`);
    parts.push(next.value);
  }
  return new Uint8Array(await new Blob(parts.map((part) => part.slice())).arrayBuffer());
}

function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function fromLatin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}
