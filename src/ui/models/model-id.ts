/** A model's folder name from what the user calls it: "My Model (v2)" at q4 is "my-model-v2-q4". Undefined where nothing is left. */
export function modelId(name: string, ...rest: readonly string[]): string | undefined {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 48)
    .replace(/-+$/, "");
  return plain === "" ? undefined : [plain, ...rest].join("-");
}

/** The same, with a number behind it where it is taken. */
export function freeId(id: string, taken: readonly string[]): string {
  let free = id;
  for (let i = 2; taken.includes(free); i++) free = `${id}-${i}`;
  return free;
}
