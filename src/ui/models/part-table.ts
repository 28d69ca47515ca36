import type { PartName } from "../../shared/manifest.ts";
import { h, icon, on } from "../dom.ts";
import { t } from "../strings/language.ts";
import { bytesText } from "./bytes.ts";
import { TICK, WARNING } from "./icons.ts";
import { type OwnFiles, PARTS } from "./own-files.ts";

/** Each part of a model: which file is it, or that it is missing. */
export function partTable(own: OwnFiles): HTMLElement {
  const tokenizer = () => own.sorted.value?.tokenizer ?? [];
  return h(
    "ul",
    { class: "parts", "aria-label": () => t().models.own.parts },
    ...PARTS.map((part) => partRow(own, part)),
    row(
      () => t().models.own.partNames.tokenizer,
      () => tokenizer().length > 0,
      () =>
        tokenizer()
          .map(({ name }) => name)
          .join(", ") || t().models.own.missing,
    ),
  );
}

function partRow(own: OwnFiles, part: PartName): HTMLLIElement {
  const candidates = () => own.sorted.value?.parts[part] ?? [];
  const text = (): string => {
    const found = own.candidate(part);
    if (found !== undefined) return `${found.path} · ${bytesText(found.bytes)} · ${found.layout}`;
    return part === "previewer" ? t().models.own.notNeeded : t().models.own.missing;
  };
  const name = () => t().models.own.partNames[part];
  const item = row(
    name,
    () => candidates().length > 0 || part === "previewer",
    text,
    () => candidates().length > 1,
  );
  item.append(several(own, part, name));
  return item;
}

/** A choice where several files could be the part. */
function several(own: OwnFiles, part: PartName, label: () => string): HTMLElement {
  const paths = () => (own.sorted.value?.parts[part] ?? []).map(({ path }) => path);
  const field = h("div", { class: "several", hidden: () => paths().length < 2 });
  const select = on(h("select", { "aria-label": label }), {
    change() {
      own.chosen.value = { ...own.chosen.value, [part]: select.value };
    },
  });
  own.sorted.subscribe(() => {
    select.replaceChildren(...paths().map((path) => h("option", { value: path, selected: path === own.candidate(part)?.path }, path)));
  });
  field.append(select);
  return field;
}

function row(name: () => string, isThere: () => boolean, text: () => string, isHidden: () => boolean = () => false): HTMLLIElement {
  const there = h("span", { class: "mark good", hidden: () => !isThere() });
  there.append(icon(TICK));
  const gone = h("span", { class: "mark bad", hidden: isThere });
  gone.append(icon(WARNING));
  return h(
    "li",
    { class: "part-row", "data-missing": () => !isThere() },
    there,
    gone,
    h("span", { class: "part-name" }, name),
    h("span", { class: "hint", hidden: isHidden }, text),
  );
}
