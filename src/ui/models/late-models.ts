import type { Controller } from "../controller.ts";
import { h } from "../dom.ts";
import { problemOf } from "../problem-of.ts";
import type { PageState } from "../state.ts";
import { hasUnfinished } from "./has-unfinished.ts";
import type { Models } from "./start-models.ts";

/** The models dialogue as the page has it from its beginning: its code comes when it is opened, or when a conversion was left unfinished. */
export function lateModels(
  page: PageState,
  controller: Controller,
): { readonly place: HTMLElement; readonly open: () => void; readonly lookForUnfinished: () => Promise<void> } {
  const place = h("div", { class: "models-place" });
  let models: Promise<Models> | undefined;
  const load = (): Promise<Models> => {
    models ??= import("./start-models.ts").then(({ startModels }) => startModels(page, controller, place));
    models.catch(() => {
      models = undefined;
    });
    return models;
  };
  return {
    place,
    async open() {
      try {
        (await load()).open();
      } catch (error) {
        page.problem.value = problemOf(error);
      }
    },
    async lookForUnfinished() {
      if (await hasUnfinished()) await load().catch(() => {}); // the dialogue says what is wrong, once it is opened
    },
  };
}
