import type { CascadeClient } from "../client/cascade-client.ts";
import type { LoadOptions } from "../client/protocol.ts";
import type { startAppVersion } from "../offline/app-version.ts";
import { browserHistory } from "./browser-history.ts";
import { rememberedModel } from "./chosen-model.ts";
import { composer } from "./composer.ts";
import { createController } from "./controller.ts";
import { h } from "./dom.ts";
import { backendFrom } from "./form.ts";
import { createGallery } from "./gallery.ts";
import { historyPanel } from "./history-panel.ts";
import { languageField } from "./language-field.ts";
import { rememberPaces, storedPaces } from "./learned-paces.ts";
import { modelLine } from "./model-line.ts";
import { lateModels } from "./models/late-models.ts";
import { modelsButton } from "./models/models-button.ts";
import { pageHeader } from "./page-header.ts";
import { pictureView } from "./picture-view.ts";
import { rememberedForm, rememberForm } from "./remember.ts";
import { listenForPictures } from "./restore-picture.ts";
import { settingsPanel } from "./settings-panel.ts";
import { takeShareLink } from "./share.ts";
import { pageState } from "./state.ts";
import { startLanguage } from "./strings/language.ts";
import { updateNotice } from "./update-notice.ts";

export interface PlaygroundOptions {
  readonly createCascade: (options: LoadOptions) => CascadeClient;
  /** Absolute URL of the model's folder, with its slash. */
  readonly modelUrl: string;
  /** The page's query: `backend=webgpu|wasm|auto` goes before what was chosen earlier. */
  readonly query: URLSearchParams;
  /** Absent where there is no service worker: under the development server. */
  readonly startVersion?: typeof startAppVersion;
}

/** Fills `root` with the playground and opens the model. */
export async function startPlayground(
  root: HTMLElement,
  { createCascade, modelUrl, query, startVersion }: PlaygroundOptions,
): Promise<void> {
  startLanguage();
  const [remembered, chosen] = await Promise.all([rememberedForm(), rememberedModel()]);
  const asked = backendFrom(query.get("backend"));
  const state = pageState({ ...remembered, backend: asked ?? remembered.backend }, chosen ?? modelUrl);
  state.paces.value = storedPaces();
  rememberPaces(state.paces);
  rememberForm(state, asked, remembered.backend);
  const gallery = createGallery(state, browserHistory());
  const version = startVersion?.({
    isIdle: () => state.run.value === undefined && state.picture.value === undefined,
    onUpdate: () => {
      state.updateWaits.value = true;
    },
  });
  // Without a service worker, files come over the network whenever they are asked for.
  const kept = version?.kept ?? new Promise<void>(() => {});
  const controller = createController(state, modelUrl, createCascade, gallery.keep, kept);
  const models = lateModels(state, controller);
  const prompt = composer(state, controller);
  root.replaceChildren(
    pageHeader(modelsButton(state, models.open)),
    prompt.element,
    pictureView(state),
    h(
      "div",
      { class: "settings" },
      settingsPanel(state, controller),
      modelLine(state),
      models.place,
      languageField(),
      updateNotice(state, () => version?.update()),
    ),
    historyPanel(state, gallery),
    h("p", { class: "visually-hidden", role: "status" }, () => state.announcement.value),
  );
  root.ownerDocument.addEventListener("keydown", (event) => {
    if (root.ownerDocument.querySelector("dialog[open]") !== null) return; // the dialog's own keys
    if (event.key === "Escape") controller.cancel();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void controller.generate();
  });
  prompt.focus();
  listenForPictures(root.ownerDocument, state);
  takeShareLink(state);
  void gallery.open();
  await controller.load();
  await models.lookForUnfinished();
}
