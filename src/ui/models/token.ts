import { signal } from "@preact/signals-core";

const KEY = "model-host-tokens";

type Tokens = Readonly<Record<string, string>>;

/** Access tokens by the origin they are for: no other host is ever sent one. */
const tokens = signal<Tokens>(stored());

/** The access token for a host; "" where none was entered. */
export const tokenFor = (origin: string): string => tokens.value[origin] ?? "";

/** Whether it outlasts this visit. */
export const isRemembered = (origin: string): boolean => stored()[origin] !== undefined;

/** The token for a work that reads from these addresses, as a job has it; none where they are of several hosts. */
export function tokenOf(addresses: readonly string[]): { readonly token?: string } {
  const [origin, ...others] = new Set(addresses.map((address) => new URL(address).origin));
  const token = origin === undefined || others.length > 0 ? "" : tokenFor(origin);
  return token === "" ? {} : { token };
}

/** Takes a host's token for this visit, and where `remember` says so for later ones. */
export function takeToken(origin: string, value: string, remember: boolean): void {
  tokens.value = { ...tokens.value, [origin]: value.trim() };
  try {
    const { [origin]: _, ...others } = stored();
    localStorage.setItem(KEY, JSON.stringify(remember && value.trim() !== "" ? { ...others, [origin]: value.trim() } : others));
  } catch {
    // A private window without storage: for this visit.
  }
}

function stored(): Tokens {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    if (typeof read !== "object" || read === null) return {};
    return Object.fromEntries(Object.entries(read).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  } catch {
    return {};
  }
}
