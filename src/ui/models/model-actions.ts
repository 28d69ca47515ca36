import { hostsOf } from "../../catalogue/hosts.ts";
import type { ActionOptions, ConvertClient, ConvertClientOptions } from "../../client/convert-client.ts";
import { t } from "../strings/language.ts";
import { addressesOf } from "./addresses.ts";
import { modelProblem } from "./model-problem.ts";
import type { ModelsState } from "./models-state.ts";
import { saveFile } from "./save-file.ts";
import { type Action, taskRunner } from "./task-runner.ts";
import { tokenOf } from "./token.ts";
import type { Again, ConvertJob, ImportJob, JobEvent, StoredModel, TargetDirectory, UnfinishedModel } from "./types.ts";

/** What the user can do with models. Nothing rejects: what goes wrong is in the state, as a sentence. Work resolves to whether it came to its end. */
export interface ModelActions {
  /** Reads what is here. */
  refresh(): Promise<void>;
  /** Draws with this model from now on; the embedded one without an id. */
  use(id: string | undefined, name: string): Promise<void>;
  /** Asks the browser to keep the models. */
  keep(): Promise<void>;
  remove(id: string, name: string): Promise<void>;
  check(model: StoredModel): Promise<boolean>;
  repair(model: StoredModel, again?: Again): Promise<boolean>;
  saveToFolder(model: StoredModel, directory: TargetDirectory): Promise<boolean>;
  saveAsZip(model: StoredModel): Promise<boolean>;
  convert(job: ConvertJob): Promise<boolean>;
  bringIn(job: ImportJob, name: string): Promise<boolean>;
  /** Finishes a model that was cut. */
  goOn(model: UnfinishedModel, again?: Again): Promise<boolean>;
  /** Does the last work again: after a pause or an error. */
  again(): Promise<void>;
  pause(): Promise<void>;
  /** Ends the work at hand, and deletes what it has made. */
  discard(): Promise<void>;
  dismiss(): void;
  /** Draws with the model that was just made. */
  useFinished(): Promise<void>;
}

/** Milliseconds after which it is looked again whether another tab is still at work. */
const RELOOK = 2000;

/** The actions over a converter's client; each work gets a worker of its own, which may fetch from its hosts alone, and can be ended with it. */
export function modelActions(
  state: ModelsState,
  makeClient: (options?: ConvertClientOptions) => ConvertClient,
  useModel: (id: string | undefined) => Promise<void>,
  isUsed: (id: string) => boolean,
): { readonly actions: ModelActions; readonly worker: () => ConvertClient } {
  let client: ConvertClient | undefined;
  let last: Action | undefined;
  let relook: ReturnType<typeof setTimeout> | undefined;
  const runner = taskRunner(state);
  const here = (): ConvertClient => {
    if (client === undefined || client.isEnded()) client = makeClient();
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
      state.problem.value = modelProblem(error);
    }
  };

  /** Leaves a problem that is shown: what is read here is often read because of it. */
  const refresh = async (): Promise<void> => {
    clearTimeout(relook);
    try {
      const [models, unfinished, space] = await Promise.all([here().list(), here().unfinished(), here().space()]);
      state.models.value = models;
      state.unfinished.value = unfinished;
      state.space.value = space;
      state.noStorage.value = undefined;
      // What another tab is at work on: no event tells when it has ended.
      if (unfinished.some(({ id, busy }) => busy && id !== state.task.value?.id)) relook = setTimeout(() => void refresh(), RELOOK);
    } catch (error) {
      const problem = modelProblem(error);
      if (problem.code === "no-storage") state.noStorage.value = problem;
      else state.problem.value = problem;
    }
  };

  const undamaged = (id: string): void => {
    const { [id]: _, ...others } = state.damaged.value;
    state.damaged.value = others;
  };

  /** Runs a task, says how it ended, and reads what is here after it. Another one at work is said, and goes on. */
  const task = async (action: Action): Promise<boolean> => {
    if (runner.isBusy()) {
      state.problem.value = { message: t().models.task.busy };
      return false;
    }
    last = action;
    const finished = await runner.start(action);
    await refresh();
    return finished;
  };

  /** Makes a model from addresses (or none), in a worker that reaches these hosts alone, with the token for them as it is known then. */
  const making = (
    kind: "convert" | "import",
    { id, name, addresses }: { readonly id: string; readonly name: string; readonly addresses: readonly string[] },
    run: (worker: ConvertClient, token: { readonly token?: string }, options: ActionOptions<JobEvent>) => Promise<unknown>,
  ): Promise<boolean> =>
    task({
      kind,
      id,
      name,
      addresses,
      said: () => t().models.task.done(name),
      async run(signal, onEvent) {
        await apart(addresses, (worker) => run(worker, tokenOf(addresses), { signal, onEvent }));
      },
    });

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
        state.keepRefused.value = !kept;
        state.said.value = kept ? t().models.space.nowKept : t().models.space.refused;
      }),
    remove: (id, name) =>
      tried(async () => {
        await here().delete(id);
        undamaged(id);
        if (state.task.value?.id === id) runner.dismiss();
        await refresh();
        if (isUsed(id)) await useModel(undefined);
        state.said.value = t().models.here.deleted(name);
      }),
    check: ({ id, manifest }) =>
      task({
        kind: "check",
        id,
        name: manifest.name,
        said() {
          const files = state.damaged.value[id];
          return files === undefined ? t().models.here.whole(manifest.name) : t().models.here.damaged(files.join(", "));
        },
        async run(signal, onEvent) {
          const damage = await apart([], (worker) =>
            worker.verify(id, { signal, onEvent: (event) => onEvent({ type: "check", ...event }) }),
          );
          if (damage.length === 0) undamaged(id);
          else state.damaged.value = { ...state.damaged.value, [id]: damage.map(({ file }) => file) };
        },
      }),
    repair({ id, manifest, job }, again = {}) {
      const addresses = addressesOf(job);
      return task({
        kind: "repair",
        id,
        name: manifest.name,
        addresses,
        said: () => t().models.here.repaired(manifest.name),
        async run(signal, onEvent) {
          await apart(addresses, (worker) => worker.repair(id, { ...again, ...tokenOf(addresses) }, { signal, onEvent }));
          undamaged(id);
        },
      });
    },
    saveToFolder: ({ id, manifest }, directory) =>
      task({
        kind: "export",
        id,
        name: manifest.name,
        said: () => t().models.here.saved(manifest.name),
        run: (signal, onEvent) => here().exportToFolder(id, directory, { signal, onEvent: (event) => onEvent({ type: "copy", ...event }) }),
      }),
    saveAsZip: ({ id, manifest }) =>
      task({
        kind: "export",
        id,
        name: manifest.name,
        said: () => t().models.here.saved(manifest.name),
        async run(signal, onEvent) {
          const zip = await apart([], (worker) => worker.zipModel(id, { signal, onEvent: (event) => onEvent({ type: "copy", ...event }) }));
          saveFile(zip, `${id}.zip`);
        },
      }),
    convert(job) {
      const addresses = addressesOf({ kind: "convert", job });
      return making("convert", { id: job.id, name: job.name, addresses }, (worker, token, options) =>
        worker.convert({ ...job, ...token }, options),
      );
    },
    bringIn(job, name) {
      const addresses = "url" in job.from ? [job.from.url] : [];
      return making("import", { id: job.id, name, addresses }, (worker, token, options) =>
        worker.importModel({ ...job, ...token }, options),
      );
    },
    goOn: ({ id, name, job }, again = {}) =>
      making(job?.kind ?? "convert", { id, name, addresses: addressesOf(job) }, (worker, token, options) =>
        worker.goOn(id, { ...again, ...token }, options),
      ),
    async again() {
      if (last !== undefined) await task(last);
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
