import { h, on } from "../dom.ts";
import { keyedList } from "../keyed-list.ts";
import { t } from "../strings/language.ts";
import { bytesText } from "./bytes.ts";
import { chooseAgain } from "./choose-again.ts";
import { confirmed } from "./confirmed.ts";
import type { ModelActions } from "./model-actions.ts";
import type { ModelsState } from "./models-state.ts";
import type { UnfinishedModel } from "./types.ts";

/** Models whose conversion was cut, but for the one at work. */
export function unfinishedList(state: ModelsState, actions: ModelActions): HTMLElement {
  const others = () => state.unfinished.value.filter(({ id }) => id !== state.task.value?.id);
  return h(
    "section",
    { class: "models-section", hidden: () => others().length === 0, "aria-labelledby": "unfinished-models" },
    h("h3", { id: "unfinished-models" }, () => t().models.unfinished.region),
    keyedList(
      { class: "model-list" },
      () => others().map(({ id }) => id),
      (id) => unfinishedItem(state, actions, id),
    ),
  );
}

function unfinishedItem(state: ModelsState, actions: ModelActions, id: string): HTMLLIElement {
  let known: UnfinishedModel | undefined;
  const model = (): UnfinishedModel | undefined => {
    known = state.unfinished.value.find((one) => one.id === id) ?? known;
    return known;
  };
  const name = () => model()?.name ?? id;
  const isBusy = () => model()?.busy === true;
  const share = (): string => {
    const { bytes = 0, total = 0 } = model() ?? {};
    return total === 0 ? bytesText(bytes) : t().models.task.of(bytesText(bytes), bytesText(total));
  };
  const removal = confirmed(() => t().models.here.deleteAsk(name(), bytesText(model()?.bytes ?? 0)), {
    label: () => t().models.here.deleteYes,
    act: () => void actions.remove(id, name()),
  });
  const remove = on(
    h(
      "button",
      { type: "button", class: "quiet", "aria-label": () => `${t().models.unfinished.delete}: ${name()}` },
      () => t().models.unfinished.delete,
    ),
    { click: () => removal.ask(remove) },
  );
  return h(
    "li",
    { class: "model-row" },
    h("div", { class: "model-head" }, h("h4", {}, name)),
    h("p", { class: "hint", hidden: () => (model()?.bytes ?? 0) === 0 }, () => t().models.unfinished.one(share())),
    h("p", { class: "hint", hidden: () => !isBusy() }, () => t().models.unfinished.busy),
    h(
      "div",
      { class: "model-actions", hidden: () => removal.isAsked() || isBusy() },
      chooseAgain(
        () => model()?.job,
        () => t().models.unfinished.goOn,
        () => t().models.unfinished.goOnNamed(name()),
        (again) => {
          const one = model();
          if (one !== undefined) void actions.goOn(one, again);
        },
      ),
      remove,
    ),
    removal.element,
  );
}
