/**
 * The first key that occurs twice in one object of a JSON text, with its path; undefined where all are unique.
 * JSON.parse keeps the last of equal keys without a word, so two readers could see two different tensors.
 * The text must be valid JSON (parse it first): then a string is a key exactly where a colon follows it.
 */
export function duplicateKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === "{") open.push(new Set());
    else if (character === "}") open.pop();
    else if (character === '"') {
      const start = at;
      for (at++; json[at] !== '"'; at++) if (json[at] === "\\") at++;
      const keys = open.at(-1);
      if (keys === undefined || !isFollowedByColon(json, at + 1)) continue;
      const literal = json.slice(start, at + 1);
      const key: string = literal.includes("\\") ? JSON.parse(literal) : literal.slice(1, -1);
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

function isFollowedByColon(json: string, from: number): boolean {
  let at = from;
  while (json[at] === " " || json[at] === "\n" || json[at] === "\r" || json[at] === "\t") at++;
  return json[at] === ":";
}
