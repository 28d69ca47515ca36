import { effect, signal } from "@preact/signals-core";
import type { PromptInfo } from "../pipeline/describe-prompt.ts";
import { CascadeError } from "../shared/errors.ts";
import type { Controller } from "./controller.ts";
import { h } from "./dom.ts";
import { shortened } from "./shortened.ts";
import type { PageState } from "./state.ts";
import { t } from "./strings/language.ts";
import { told } from "./strings/told.ts";
import { styled } from "./styles.ts";

/** Typing pauses this long before the prompt is counted. */
const PAUSE_MS = 200;

/** A pasted page shall not push the buttons out of sight: so much of what is left out is shown, and of a word, in characters. */
const SHOWN = 120;
const SHOWN_WORD = 24;

/** How many tokens the prompt has of those the text encoder reads, and the end that it does not; or why it can't be drawn. */
export function tokenCounter({ form, model }: PageState, controller: Controller): HTMLElement {
  const info = signal<PromptInfo | CascadeError | undefined>(undefined);
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const { style } = form.value;
    const { prompt } = styled(style, form.value.prompt, "");
    if (model.value === undefined) return;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const counted = await controller.describePrompt(prompt).catch(tooLong);
      if (styled(form.value.style, form.value.prompt, "").prompt === prompt) info.value = counted;
    }, PAUSE_MS);
  });
  return h("p", { id: "prompt-tokens", class: "tokens", "data-cut": () => (isCut(info.value) ? "" : undefined) }, () => {
    if (info.value === undefined) return "";
    return info.value instanceof CascadeError ? told(info.value.message) : sentence(info.value);
  });
}

/** The error where it is the prompt's; an engine that fails says so when it draws. */
function tooLong(error: unknown): CascadeError | undefined {
  return error instanceof CascadeError && error.code === "bad-settings" ? error : undefined;
}

function isCut(info: PromptInfo | CascadeError | undefined): boolean {
  return info instanceof CascadeError || (info?.leftOut ?? "") !== "";
}

/** Start and end take a token each. */
function sentence({ tokens, maxTokens, leftOut, unknownWords }: PromptInfo): string {
  const [used, most] = [tokens - 2, maxTokens - 2];
  const count = leftOut === "" ? t().composer.tokens(used, most) : t().composer.tokensCut(used, most, shortened(leftOut, SHOWN));
  if (unknownWords.length === 0) return count;
  const named =
    unknownWords
      .slice(0, 6)
      .map((word) => shortened(word, SHOWN_WORD))
      .join(", ") + (unknownWords.length > 6 ? " …" : "");
  return `${count} · ${t().composer.unknownWords(named)}`;
}
