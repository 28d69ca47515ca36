/** An address a page may fetch from: https, or this machine. Undefined for anything else. */
export function safeAddress(text: string): URL | undefined {
  if (!URL.canParse(text.trim())) return undefined;
  const url = new URL(text.trim());
  if (url.username !== "" || url.password !== "") return undefined;
  const local = url.protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  return url.protocol === "https:" || local ? url : undefined;
}
