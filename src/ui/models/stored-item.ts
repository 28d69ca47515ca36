import { h, on } from "../dom.ts";
import type { PageState } from "../state.ts";
import { t } from "../strings/language.ts";
import { agoText } from "./ago.ts";
import { bytesText } from "./bytes.ts";
import { chooseAgain } from "./choose-again.ts";
import { confirmed } from "./confirmed.ts";
import type { ModelActions } from "./model-actions.ts";
import type { ModelsState } from "./models-state.ts";
import { pickFolder } from "./pick-folder.ts";
import type { StoredModel } from "./types.ts";

/** A model in the browser's storage, with all that can be done with it. */
export function storedItem(page: PageState, state: ModelsState, actions: ModelActions, id: string): HTMLLIElement {
  // The item stays while its model does: the last known one is shown as it goes.
  let known: StoredModel | undefined;
  const model = (): StoredModel | undefined => {
    known = state.models.value?.find((one) => one.id === id) ?? known;
    return known;
  };
  const name = () => model()?.manifest.name ?? id;
  const isUsed = () => page.modelUrl.value === `stored:${id}`;
  const damage = () => state.damaged.value[id];
  const words = () => t().models.here;
  const facts = (): string => {
    const one = model();
    if (one === undefined) return "";
    const millions = Object.values(one.manifest.parts).reduce((sum, { parameters }) => sum + parameters, 0) / 1e6;
    return [
      bytesText(one.bytes),
      words().parameters(Math.max(1, Math.round(millions)).toLocaleString()),
      words().lastUsed(agoText(one.lastUsed)),
    ].join(" · ");
  };
  const act = (label: () => string, work: (one: StoredModel, button: HTMLElement) => void, kind = "quiet", hidden = () => false) => {
    const button = on(h("button", { type: "button", class: kind, hidden, "aria-label": () => `${label()}: ${name()}` }, label), {
      click() {
        const one = model();
        if (one !== undefined) work(one, button);
      },
    });
    return button;
  };
  const removal = confirmed(() => words().deleteAsk(name(), bytesText(model()?.bytes ?? 0)), {
    label: () => words().deleteYes,
    act: () => void actions.remove(id, name()),
  });
  const use = act(
    () => words().use,
    () => void actions.use(id, name()),
    "secondary",
    isUsed,
  );
  return h(
    "li",
    { class: "model-row", "data-used": isUsed },
    h(
      "div",
      { class: "model-head" },
      h("h4", {}, name),
      h("span", { class: "chip" }, () => t().models.get.precisions[precisionOf(model())]),
      h("span", { class: "badge", hidden: () => !isUsed() }, () => words().inUse),
    ),
    h("p", { class: "hint" }, facts),
    h(
      "div",
      { class: "warning", hidden: () => damage() === undefined },
      h("p", {}, () => words().damaged(damage()?.join(", ") ?? "")),
      chooseAgain(
        () => model()?.job,
        () => words().repair,
        () => `${words().repair}: ${name()}`,
        (again) => {
          const one = model();
          if (one !== undefined) void actions.repair(one, again);
        },
      ),
    ),
    h(
      "div",
      { class: "model-actions", hidden: () => removal.isAsked() },
      use,
      act(
        () => words().check,
        (one) => void actions.check(one),
      ),
      act(
        () => words().toFolder,
        async (one) => {
          const folder = await pickFolder();
          if (folder !== undefined) await actions.saveToFolder(one, folder);
        },
        "quiet",
        () => !("showDirectoryPicker" in window),
      ),
      act(
        () => words().asZip,
        (one) => void actions.saveAsZip(one),
      ),
      act(
        () => words().delete,
        (_, button) => removal.ask(button),
      ),
    ),
    removal.element,
  );
}

function precisionOf(model: StoredModel | undefined): "q4" | "q8" | "f16" | "f32" {
  return model?.manifest.precision ?? "q4";
}
