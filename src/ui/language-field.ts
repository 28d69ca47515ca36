import { effect } from "@preact/signals-core";
import { h, on } from "./dom.ts";
import { chooseLanguage, LANGUAGES, language, languageFrom, t } from "./strings/language.ts";

/** The page's language, each by its own name; the document says which one it is. */
export function languageField(): HTMLElement {
  const select = on(
    h(
      "select",
      { "aria-label": () => t().language.label, class: "language" },
      ...Object.entries(LANGUAGES).map(([tag, strings]) => h("option", { value: tag, lang: tag }, strings.language.own)),
    ),
    {
      change() {
        const name = languageFrom(select.value);
        if (name !== undefined) chooseLanguage(name);
      },
    },
  );
  effect(() => {
    select.value = language();
    document.documentElement.lang = language();
    document.title = t().app.title;
  });
  return select;
}
