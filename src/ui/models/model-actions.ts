import { hostsOf } from "../../catalogue/hosts.ts";
import type { ConvertClient, ConvertClientOptions } from "../../client/convert-client.ts";
import { problemOf } from "../problem-of.ts";
import { t } from "../strings/language.ts";
import { addressesOf } from "./addresses.ts";
import type { ModelsState } from "./models-state.ts";
import { saveFile } from "./save-file.ts";
import { type TaskRunner, taskRunner } from "./task-runner.ts";
import type { Again, ConvertJob, ImportJob, StoredModel, TargetDirectory, UnfinishedModel } from "./types.ts";

/** What the user can do with models. Nothing rejects: what goes wrong is in the state, as a sentence. */
export interface ModelActions {
  /** Reads what is here. */
  refresh(): Promise<void>;
  /** Draws with this model from now on; the embedded one without an id. */
  use(id: string | undefined, name: string): Promise<void>;
  /** Asks the browser to keep the models. */
  keep(): Promise<void>;
  remove(id: string, name: string): Promise<void>;
  check(model: StoredModel): Promise<void>;
  repair(model: StoredModel, again?: Again): Promise<void>;
  saveToFolder(model: StoredModel, directory: TargetDirectory): Promise<void>;
  saveAsZip(model: StoredModel): Promise<void>;
  convert(job: ConvertJob): Promise<void>;
  bringIn(job: ImportJob, name: string): Promise<void>;
  /** Finishes a model that was cut. */
  goOn(model: UnfinishedModel, again?: Again): Promise<void>;
  /** Does the last work again: after a pause or an error. */
  again(): Promise<void>;
  pause(): Promise<void>;
  /** Ends the work at hand, and deletes what it has made. */
  discard(): Promise<void>;
  dismiss(): void;
  /** Draws with the model that was just made. */
  useFinished(): Promise<void>;
}

/** The actions over a converter's client; a work that downloads gets a worker of its own, which may fetch from its hosts alone. */
export function modelActions(
  state: ModelsState,
  makeClient: (options?: ConvertClientOptions) => ConvertClient,
  useModel: (id: string | undefined) => Promise<void>,
): { readonly actions: ModelActions; readonly worker: () => ConvertClient } {
  let client: ConvertClient | undefined;
  const runner: TaskRunner = taskRunner(state);
  const here = (): ConvertClient => {
    client ??= makeClient();
    return client;
  };

  /** Runs `work` in a worker of its own: its memory goes back when it ends. */
  const apart = async <T>(addresses: readonly string[], work: (worker: ConvertClient) => Promise<T>): Promise<T> => {
    const worker = makeClient({ hosts: hostsOf(addresses) });
    try {
      return await work(worker);
    } finally {
      worker.dispose();
    }
  };

  const tried = async (work: () => Promise<void>): Promise<void> => {
    try {
      state.problem.value = undefined;
      await work();
    } catch (error) {
      state.problem.value = problemOf(error);
    }
  };

  const refresh = (): Promise<void> =>
    tried(async () => {
      const [models, unfinished, space] = await Promise.all([here().list(), here().unfinished(), here().space()]);
      state.models.value = models;
      state.unfinished.value = unfinished;
      state.space.value = space;
    });

  const undamaged = (id: string): void => {
    const { [id]: _, ...others } = state.damaged.value;
    state.damaged.value = others;
  };

  /** Starts a task, reads what is here after it, and says how it ended. */
  const task = async (action: Parameters<TaskRunner["start"]>[0], said: () => string): Promise<void> => {
    const finished = await runner.start(action);
    await refresh();
    if (finished) state.said.value = said();
  };

  const making = (kind: "convert" | "import", id: string, name: string, run: Parameters<TaskRunner["start"]>[0]["run"]): Promise<void> =>
    task({ kind, id, name, run }, () => t().models.task.done(name));

  const use = (id: string | undefined, name: string): Promise<void> =>
    tried(async () => {
      await useModel(id);
      state.said.value = t().models.here.used(name);
    });

  const actions: ModelActions = {
    refresh,
    use,
    keep: () =>
      tried(async () => {
        const kept = await here().persist();
        state.space.value = await here().space();
        state.said.value = kept ? t().models.space.nowKept : t().models.space.refused;
      }),
    remove: (id, name) =>
      tried(async () => {
        await here().delete(id);
        undamaged(id);
        if (state.task.value?.id === id) runner.dismiss();
        await refresh();
        state.said.value = t().models.here.deleted(name);
      }),
    check: ({ id, manifest }) =>
      task(
        {
          kind: "check",
          id,
          name: manifest.name,
          async run(signal, onEvent) {
            const damage = await here().verify(id, { signal, onEvent: (event) => onEvent({ type: "check", ...event }) });
            if (damage.length === 0) undamaged(id);
            else state.damaged.value = { ...state.damaged.value, [id]: damage.map(({ file }) => file) };
          },
        },
        () => {
          const files = state.damaged.value[id];
          return files === undefined ? t().models.here.whole(manifest.name) : t().models.here.damaged(files.join(", "));
        },
      ),
    repair: ({ id, manifest, job }, again = {}) =>
      task(
        {
          kind: "repair",
          id,
          name: manifest.name,
          async run(signal, onEvent) {
            await apart(addressesOf(job), (worker) => worker.repair(id, again, { signal, onEvent }));
            undamaged(id);
          },
        },
        () => t().models.here.repaired(manifest.name),
      ),
    saveToFolder: ({ id, manifest }, directory) =>
      task(
        {
          kind: "export",
          id,
          name: manifest.name,
          run: (signal, onEvent) =>
            here().exportToFolder(id, directory, { signal, onEvent: (event) => onEvent({ type: "copy", ...event }) }),
        },
        () => t().models.here.saved(manifest.name),
      ),
    saveAsZip: ({ id, manifest }) =>
      task(
        {
          kind: "export",
          id,
          name: manifest.name,
          async run(signal, onEvent) {
            saveFile(await here().zipModel(id, { signal, onEvent: (event) => onEvent({ type: "copy", ...event }) }), `${id}.zip`);
          },
        },
        () => t().models.here.saved(manifest.name),
      ),
    convert: (job) =>
      making("convert", job.id, job.name, async (signal, onEvent) => {
        await apart(addressesOf({ kind: "convert", job }), (worker) => worker.convert(job, { signal, onEvent }));
      }),
    bringIn: (job, name) =>
      making("import", job.id, name, async (signal, onEvent) => {
        await apart("url" in job.from ? [job.from.url] : [], (worker) => worker.importModel(job, { signal, onEvent }));
      }),
    goOn: ({ id, name, job }, again = {}) =>
      making(job?.kind ?? "convert", id, name, async (signal, onEvent) => {
        await apart(addressesOf(job), (worker) => worker.goOn(id, again, { signal, onEvent }));
      }),
    async again() {
      const name = state.task.value?.name ?? "";
      const finished = await runner.again();
      await refresh();
      if (finished) state.said.value = t().models.task.done(name);
    },
    async pause() {
      await runner.stop();
      await refresh();
    },
    async discard() {
      await runner.stop();
      const { id, kind, name } = state.task.value ?? {};
      runner.dismiss();
      if (id === undefined || (kind !== "convert" && kind !== "import")) return;
      await tried(async () => {
        await here().delete(id);
        state.said.value = t().models.here.deleted(name ?? id);
      });
      await refresh();
    },
    dismiss: () => runner.dismiss(),
    async useFinished() {
      const done = state.task.value;
      if (done?.state !== "done") return;
      runner.dismiss();
      await use(done.id, done.name);
    },
  };
  return { actions, worker: here };
}
