import { signal } from "@preact/signals-core";
import type { ConvertClient } from "../../client/convert-client.ts";
import { h, icon, on } from "../dom.ts";
import type { PageState } from "../state.ts";
import { t } from "../strings/language.ts";
import { getView } from "./get-view.ts";
import { hereView } from "./here-view.ts";
import { CLOSE } from "./icons.ts";
import type { ModelActions } from "./model-actions.ts";
import type { ModelsState } from "./models-state.ts";
import { ownView } from "./own-view.ts";
import { tabs } from "./tabs.ts";
import { taskPanel } from "./task-panel.ts";

export interface ModelsDialog {
  readonly element: HTMLDialogElement;
  readonly isOpen: () => boolean;
  open(): void;
}

/** The dialogue about models: what is here, what can be got, and what is at work. Closing it ends nothing. */
export function modelsDialog(page: PageState, state: ModelsState, actions: ModelActions, worker: () => ConvertClient): ModelsDialog {
  const opened = signal(false);
  const problem = () => state.problem.value ?? state.noStorage.value;
  const close = on(
    h("button", { type: "button", class: "icon-button", "aria-label": () => t().models.close, title: () => t().models.close }, icon(CLOSE)),
    { click: () => element.close() },
  );
  const { list, panels } = tabs(() => t().models.title, state.view, [
    { name: "here", label: () => t().models.views.here, panel: hereView(page, state, actions) },
    { name: "get", label: () => t().models.views.get, panel: getView(state, actions, worker) },
    { name: "own", label: () => t().models.views.own, panel: ownView(state, actions, worker) },
  ]);
  const element = on(
    h(
      "dialog",
      { class: "models", "aria-labelledby": "models-title" },
      h(
        "header",
        { class: "models-bar" },
        h("h2", { id: "models-title" }, () => t().models.title),
        close,
      ),
      list,
      h(
        "div",
        { class: "models-body" },
        h(
          "p",
          { class: "models-problem field-error", role: "alert", hidden: () => problem() === undefined },
          () => problem()?.message ?? "",
        ),
        ...panels,
      ),
      taskPanel(state, actions),
      h("p", { class: "visually-hidden", role: "status" }, () => state.said.value),
    ),
    {
      close() {
        opened.value = false;
      },
      click(event) {
        if (event.target === element) element.close(); // beside it
      },
    },
  );
  return {
    element,
    isOpen: () => opened.value,
    open() {
      opened.value = true;
      state.problem.value = undefined;
      element.showModal();
      void actions.refresh();
    },
  };
}
