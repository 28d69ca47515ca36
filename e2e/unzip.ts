/** The files of a zip that stores them as they are, by its central directory (APPNOTE.TXT 4.3.12). */
export function unzip(zip: Buffer): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0) throw new Error("no zip");
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    if (zip.readUInt16LE(at + 10) !== 0) throw new Error("a compressed file");
    const [size, name, extra, comment] = [
      zip.readUInt32LE(at + 24),
      zip.readUInt16LE(at + 28),
      zip.readUInt16LE(at + 30),
      zip.readUInt16LE(at + 32),
    ];
    const local = zip.readUInt32LE(at + 42);
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    files.set(zip.toString("utf8", at + 46, at + 46 + name), zip.subarray(data, data + size));
    at += 46 + name + extra + comment;
  }
  return files;
}
