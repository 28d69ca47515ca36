import { expect, test, vi } from "vitest";
import { FORMS, type Form, type Network } from "../runtime/types.ts";
import { CascadeError } from "../shared/errors.ts";
import type { AnyTensor, Tensor } from "../shared/tensor.ts";
import { engineDe } from "../ui/strings/engine-de.ts";
import { openWatched } from "./watch.ts";

type Inputs = Readonly<Record<string, AnyTensor>>;
type Way = () => number;

const scalar = (value: number): Tensor => ({ data: Float32Array.of(value), dims: [1] });
const numberIn = (inputs: Inputs, name: string): number => Number(inputs[name]?.data[0] ?? Number.NaN);

/** A network of x and y, the forms of which give what `ways` say times x + y: a number that is none, or an exception, is a failure. */
function ladder(ways: Partial<Record<Form, Way>>, quickest: Form = "recorded") {
  const log: string[] = [];
  const notes: string[] = [];
  const avoided: Form[] = [];
  const network = (form: Form, way: Way, held: Inputs = {}): Network => ({
    form,
    async run(inputs) {
      const all = { ...held, ...inputs };
      log.push(`${form} runs`);
      return { output: scalar(way() * (numberIn(all, "x") + numberIn(all, "y"))) };
    },
    async hold(inputs) {
      log.push(`${form} holds ${Object.keys(inputs).join()}`);
      return network(form, way, { ...held, ...inputs });
    },
    async release() {
      log.push(`${form} ${Object.keys(held).length > 0 ? "lets go" : "ends"}`);
    },
  });
  const open = async (forms: readonly Form[]): Promise<Network | undefined> => {
    for (const form of forms) {
      const way = ways[form];
      if (way !== undefined) return network(form, way);
    }
    return undefined;
  };
  const watch = {
    title: "Stage C",
    async open() {
      const opened = await open(FORMS.slice(FORMS.indexOf(quickest)));
      if (opened === undefined) throw new Error("nothing to open");
      return opened;
    },
    openSlower: (form: Form) => open(FORMS.slice(FORMS.indexOf(form) + 1)),
    avoid: (form: Form) => avoided.push(form),
    tell: (message: string) => notes.push(message),
  };
  return { watch, log, notes, avoided };
}

const one: Way = () => 1;
const nan: Way = () => Number.NaN;
const broken: Way = () => {
  throw new TypeError("Cannot set properties of undefined");
};

async function outcome(network: Network): Promise<number> {
  const { output } = await network.run({ x: scalar(2) });
  return output?.data[0] ?? Number.NaN;
}

/** What the runtime threw is left for whoever looks for the cause. */
const warned = vi.spyOn(console, "warn").mockImplementation(() => {});

test.each([
  [
    "recorded",
    "direct",
    [broken, one],
    "Stage C failed when its recorded commands were replayed, so they are sent anew at each step: a little slower.",
  ],
  [
    "recorded",
    "direct",
    [nan, one],
    "Stage C computed numbers that are not finite when its recorded commands were replayed, so they are sent anew at each step: a little slower.",
  ],
  ["direct", "in-parts", [broken, one], "Stage C failed with fused attention, so attention is computed in parts: a little slower."],
  [
    "direct",
    "in-parts",
    [nan, one],
    "Stage C computed numbers that are not finite with fused attention, so attention is computed in parts: a little slower.",
  ],
  ["in-parts", "processor", [broken, one], "Stage C failed on the GPU, so the processor computes it: slower, but right."],
  [
    "in-parts",
    "processor",
    [nan, one],
    "Stage C computed numbers that are not finite on the GPU, so the processor computes it: slower, but right.",
  ],
] as const)("a network that fails %s goes on %s, in the same run, and says so once, also in German", async (quick, slow, [a, b], note) => {
  const { watch, notes, avoided, log } = ladder({ [quick]: a, [slow]: b }, quick);
  const network = await openWatched(watch);
  const held = await network.hold({ y: scalar(3) });
  expect([await outcome(held), await outcome(held)]).toEqual([5, 5]);
  expect(network.form).toBe(slow);
  expect(notes).toEqual([note]);
  expect(engineDe.some(([english]) => english.test(note))).toBe(true);
  // What the GPU gets wrong in every form may be this picture's alone; else the form is not tried again.
  expect([...new Set(avoided)]).toEqual(slow === "processor" ? [] : [quick]);
  await held.release();
  await network.release();
  // The inputs are held anew, and what held them before is let go, after the form that needs the room is.
  expect(log).toEqual([
    ...[`${quick} holds y`, `${quick} runs`, `${quick} ends`, `${quick} lets go`],
    ...[`${slow} holds y`, `${slow} runs`, `${slow} runs`, `${slow} lets go`, `${slow} ends`],
  ]);
});

test("forms that fail one after the other are all left", async () => {
  const { watch, notes, avoided } = ladder({ recorded: broken, direct: nan, "in-parts": one, processor: broken });
  const network = await openWatched(watch);
  expect(await outcome(await network.hold({ y: scalar(1) }))).toBe(3);
  expect(notes).toHaveLength(2);
  expect(avoided).toEqual(["recorded", "direct"]);
});

test("where the last form fails too, what it failed by comes: a sentence, or what the runtime threw", async () => {
  const flawed = await openWatched(ladder({ direct: broken, processor: nan }).watch);
  await expect(flawed.run({ x: scalar(1), y: scalar(1) })).rejects.toMatchObject({
    code: "bad-model",
    message: expect.stringMatching(/^Stage C computed numbers that are not finite: choose WebAssembly/),
  });
  const thrown = ladder({ direct: nan, processor: broken });
  const network = await openWatched(thrown.watch);
  await expect(network.run({ x: scalar(1), y: scalar(1) })).rejects.toBeInstanceOf(TypeError);
  await network.release();
  expect(thrown.log).toEqual(["direct runs", "direct ends", "processor runs", "processor ends"]);
});

test("what a user can act on is no form's fault", async () => {
  const { watch, notes } = ladder({
    recorded: () => {
      throw new CascadeError("out-of-memory", "Memory ran out.");
    },
    direct: one,
  });
  const network = await openWatched(watch);
  await expect(network.run({ x: scalar(1), y: scalar(1) })).rejects.toMatchObject({ code: "out-of-memory" });
  expect(notes).toEqual([]);
});

test("that a quicker form could not be opened is told", async () => {
  const { watch, notes } = ladder({ processor: one });
  const network = await openWatched({ ...watch, open: async () => ({ ...(await watch.open()), insteadOf: "direct" }) });
  expect(await outcome(await network.hold({ y: scalar(1) }))).toBe(3);
  expect(notes).toEqual(["Stage C failed on the GPU, so the processor computes it: slower, but right."]);
});

test("the cause is in the console", async () => {
  warned.mockClear();
  const network = await openWatched(ladder({ recorded: broken, direct: one }).watch);
  await network.run({ x: scalar(1), y: scalar(1) });
  expect(warned).toHaveBeenCalledWith(expect.any(TypeError));
});
