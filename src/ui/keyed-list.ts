import { effect } from "@preact/signals-core";
import { type Attributes, h } from "./dom.ts";

/**
 * A list whose items follow a signal: an item's element is made once for each id and stays the same while it moves, so that focus stays too. When the
 * focused item goes, `orphaned` takes the focus.
 */
export function keyedList<Id extends string | number>(
  attributes: Attributes,
  ids: () => readonly Id[],
  make: (id: Id) => HTMLLIElement,
  orphaned: () => void = () => {},
): HTMLUListElement {
  const list = h("ul", attributes);
  const made = new Map<Id, HTMLLIElement>();
  let shown = "";
  effect(() => {
    const now = ids();
    const order = JSON.stringify(now);
    if (order === shown) return;
    shown = order;
    const focused = document.activeElement;
    const inside = focused !== null && list.contains(focused);
    for (const id of made.keys()) if (!now.includes(id)) made.delete(id);
    list.replaceChildren(
      ...now.map((id) => {
        const item = made.get(id) ?? make(id);
        made.set(id, item);
        return item;
      }),
    );
    if (!inside) return;
    if (focused instanceof HTMLElement && list.contains(focused)) focused.focus();
    else orphaned();
  });
  return list;
}
