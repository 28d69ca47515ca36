import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ActionOptions, ConvertClient } from "../../client/convert-client.ts";
import { CascadeError } from "../../shared/errors.ts";
import { t } from "../strings/language.ts";
import { modelActions } from "./model-actions.ts";
import { modelsState } from "./models-state.ts";
import type { ConvertJob, StoredModel, UnfinishedModel } from "./types.ts";

beforeEach(() => {
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("document", { addEventListener() {}, removeEventListener() {} });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const job = (id: string): ConvertJob => ({ id, name: id, precision: "q4", parts: {}, tokenizer: [] });

/** Actions over a client whose conversions last until they are paused; `done` ends the next one at once. */
function setUp(unfinished: () => readonly UnfinishedModel[] = () => []) {
  const state = modelsState();
  const converted: string[] = [];
  const made = { done: false };
  const client: Partial<ConvertClient> = {
    list: async () => [],
    unfinished: async () => unfinished(),
    space: async () => ({ used: 0, quota: 0, persisted: true }),
    delete: async (id) => {
      if (id === "busy") throw new CascadeError("storage-busy", "Another tab is working on it.");
    },
    convert: ({ id }, { signal }: ActionOptions<never> = {}) => {
      converted.push(id);
      if (made.done) return Promise.resolve({} as Awaited<ReturnType<ConvertClient["convert"]>>);
      return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new CascadeError("aborted", "Cancelled."))));
    },
    verify: async () => [],
    dispose: () => {},
    isEnded: () => false,
  };
  const useModel = vi.fn(async (_id: string | undefined) => {});
  const { actions } = modelActions(
    state,
    () => client as ConvertClient,
    useModel,
    (id) => id === "used",
  );
  return { state, actions, client, converted, made, useModel };
}

test("a second work is refused with a sentence that stays, and what goes on after a pause is the first", async () => {
  const { state, actions, converted, made } = setUp();
  const first = actions.convert(job("first"));
  expect(await actions.convert(job("second"))).toBe(false);
  await actions.refresh();
  expect(state.problem.value?.message).toBe(t().models.task.busy);
  await actions.pause();
  expect(await first).toBe(false);
  made.done = true;
  await actions.again();
  expect(converted).toEqual(["first", "first"]);
  expect(state.task.value).toMatchObject({ id: "first", state: "done" });
});

test("what came of a check is what the panel says when it is over", async () => {
  const { state, actions } = setUp();
  await actions.check({ id: "a", manifest: { name: "A" } } as StoredModel);
  expect(state.task.value?.outcome?.()).toBe(t().models.here.whole("A"));
});

test("the embedded model takes the place of the one in use when that is deleted", async () => {
  const { actions, useModel } = setUp();
  await actions.remove("other", "Other");
  expect(useModel).not.toHaveBeenCalled();
  await actions.remove("used", "Used");
  expect(useModel).toHaveBeenCalledWith(undefined);
});

test("a delete that another tab keeps from being done stays said", async () => {
  const { state, actions } = setUp();
  const running = actions.convert(job("busy"));
  await actions.discard();
  await running;
  expect(state.problem.value?.code).toBe("storage-busy");
});

test("what another tab is at work on is looked at again until it has ended", async () => {
  vi.useFakeTimers();
  let busy = true;
  const looked = vi.fn(() => [{ id: "a", name: "a", bytes: 1, total: 2, changed: 0, busy }]);
  const { state, actions } = setUp(looked);
  await actions.refresh();
  busy = false;
  await vi.advanceTimersByTimeAsync(2000);
  expect(state.unfinished.value).toMatchObject([{ busy: false }]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(looked).toHaveBeenCalledTimes(2);
});

test("that the browser has no storage for models stays said, whatever else is done", async () => {
  const { state, actions, client } = setUp();
  client.list = async () => {
    throw new CascadeError("no-storage", "No storage here.");
  };
  await actions.refresh();
  await actions.use(undefined, "Embedded model");
  expect(state.problem.value).toBeUndefined();
  expect(state.noStorage.value).toMatchObject({ code: "no-storage", message: t().models.problem("no-storage", "No storage here.") });
});
