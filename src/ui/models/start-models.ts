import { createConvertClient } from "../../client/convert-client.ts";
import type { Controller } from "../controller.ts";
import type { PageState } from "../state.ts";
import { readAgreements } from "./agreement.ts";
import { modelActions } from "./model-actions.ts";
import { modelsDialog } from "./models-dialog.ts";
import { modelsState } from "./models-state.ts";
import { taskLine } from "./task-line.ts";

/** What the page holds of its models once they were asked for. */
export interface Models {
  open(): void;
}

/** Puts the models dialogue into the document and its line into `place`. Loaded only when it is needed. */
export async function startModels(page: PageState, controller: Controller, place: HTMLElement): Promise<Models> {
  const state = modelsState();
  const { actions, worker } = modelActions(
    state,
    createConvertClient,
    (id) => controller.useStored(id),
    (id) => page.modelUrl.value === `stored:${id}`,
  );
  const dialog = modelsDialog(page, state, actions, worker);
  document.body.append(dialog.element);
  place.append(taskLine(state, actions, dialog.open, dialog.isOpen));
  await Promise.all([actions.refresh(), readAgreements()]);
  return { open: dialog.open };
}
