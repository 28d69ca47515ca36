import type { WeightsRead } from "../../pipeline/types.ts";
import { modelsEn } from "./models-en.ts";

/**
 * Every sentence and word of the page, in English; the other languages have this shape. A section for each part of the page; a function where a
 * sentence has values in it. Names of fields and stages, which stand inside of sentences, are in `names`.
 */
export const en = {
  language: {
    /** What the language calls itself. */
    own: "English",
    label: "Language",
  },

  app: {
    title: "Cascade playground",
    wrongInside: (what: string) => `Something went wrong inside: ${what}. Your settings are kept; try again, or reload the page.`,
    /** Errors of the engine come in English; where a language says a cause better, its sentence stands before them. */
    causes: {},
    /** Parts of the engine's other sentences, and their words in this language. */
    engine: [],
  } as App,

  composer: {
    region: "Prompt and actions",
    prompt: "Prompt",
    placeholder: "a fox on a white background",
    generate: "Generate",
    addToQueue: "Add to queue",
    cancel: "Cancel",
    cancelled: "Cancelled.",
    queued: (count: number) => `${count} more in the queue.`,
    finished: (seconds: number) => `Finished in ${seconds} seconds.`,
    useWasm: "Use WebAssembly instead",
    takes: (pictures: number, time: string) => `${pictures === 1 ? "Takes" : `${pictures} pictures take`} about ${time} on this device.`,
    takesRoughly: (pictures: number, time: string) =>
      `${pictures === 1 ? "Takes" : `${pictures} pictures take`} very roughly ${time} on this device; the first one tells more.`,
    examples: "Example prompts",
    unknownWords: (words: string) => `This model does not know: ${words}.`,
    tokens: (used: number, most: number) => `${used} of ${most} tokens`,
    tokensCut: (used: number, most: number, leftOut: string) => `${used} of ${most} tokens. Not read: “${leftOut}”`,
  },

  words: {
    heading: "Words this model knows",
    groups: { objects: "Things", shapes: "Shapes", colors: "Colours, of shapes and backgrounds", numbers: "Numbers" },
    /** `prompt`: as it is now. */
    added: (prompt: string) => `Prompt: ${prompt}`,
  },

  signs: {
    heading: "Signs in a prompt",
    more: "counts more; Ctrl with ↑ or ↓ changes it",
    less: "counts less",
    oneOf: "one of these: the seed chooses",
    wildcard: "a word of a list: animal, fruit, food, thing, shape, color",
  },

  names: {
    seed: "Seed",
    count: "Pictures",
    width: "Width",
    height: "Height",
    stepsC: "Stage C steps",
    guidanceC: "Stage C guidance",
    stepsB: "Stage B steps",
    guidanceB: "Stage B guidance",
    samplerC: "Stage C sampler",
    samplerB: "Stage B sampler",
    negativePrompt: "Negative prompt",
  },

  form: {
    promptEmpty: "The prompt is empty. Write what the picture should show.",
    /** `name`: a field's name at the beginning of a sentence. */
    numberWrong: (field: NumberFieldName, whole: boolean, least: number, most: number) =>
      `${SUBJECTS[field]} must be a ${whole ? "whole " : ""}number from ${least} to ${most}. ${
        field === "seed"
          ? "Leave it empty for a new one each time."
          : `Leave it empty for ${field === "count" ? "one" : field === "width" || field === "height" ? "1024" : "what the model recommends"}.`
      }`,
  },

  settings: {
    region: "Settings",
    advanced: "Advanced",
    keepOut: "What to keep out",
    newEachTime: "New each time",
    randomSeed: "Random seed",
    preset: "Preset",
    presets: {
      fast: "Fast",
      balanced: "Balanced",
      quality: "Quality",
      custom: "Custom steps",
    },
    modelsSampler: "The model's",
    backend: "Backend",
    backends: { auto: "Automatic", webgpu: "WebGPU", wasm: "WASM" },
    size: "Size",
    custom: "Custom",
    turn: "Portrait format",
    pixels: (width: number, height: number) => `${width} × ${height} pixels`,
    granularity: (step: number) => `This model makes sides that are multiples of ${step}.`,
    style: "Style",
    noStyle: "None",
    styleUnknown: "This model does not know this style's words.",
    styles: {
      onWhite: "On white",
      onBlack: "On black",
      icon: "Flat icon",
      photo: "Photograph",
      cinematic: "Film still",
      portrait: "Studio portrait",
      watercolour: "Watercolour",
      oil: "Oil painting",
      ink: "Ink drawing",
      comic: "Comic",
      anime: "Anime",
      pixel: "Pixel art",
      clay: "Clay",
      isometric: "Isometric",
    },
  },

  queue: {
    region: "Queue",
    heading: (count: number) => `Queue: ${count}`,
    list: "Waiting pictures",
    clear: "Clear queue",
    job: (prompt: string, seed: number) => `${prompt}, seed ${seed}`,
    earlier: "Earlier",
    later: "Later",
    remove: "Remove",
  },

  picture: {
    region: "Picture",
    emptyTitle: "Your picture appears here",
    emptyHint: "It is drawn on this device. Nothing you type leaves it.",
    preview: "Preview of the picture being made",
    facts: (seed: number, width: number, height: number) => `Seed ${seed} · ${width} × ${height}`,
    /** What the model's weights were read at, in order. */
    weights: (read: readonly WeightsRead[]) => `weights ${read.map((at) => WEIGHTS[at]).join(", then ")}`,
    download: "Download",
    enlarge: "Enlarge the picture",
    useSettings: "Use these settings",
    settingsTaken: "Settings taken.",
    useSeed: "Use this seed",
    seedTaken: "Seed taken.",
    copyLink: "Copy link",
    linkCopied: "Link copied.",
  },

  unfinished: {
    region: "Unfinished picture",
    text: (prompt: string, where: string) => `“${prompt}” was cut off after ${where}.`,
    goOn: "Continue",
    discard: "Discard",
  },

  comparison: {
    heading: "Compare",
    columns: "Columns",
    rows: "Rows",
    none: "None",
    prompts: "Prompts",
    columnValues: "Values of the columns",
    rowValues: "Values of the rows",
    promptsHint: "One prompt a line",
    hint: "Give values with commas between, or a range like 7-10.",
    same: "Columns and rows are the same: choose two things to compare.",
    tooMany: (count: number, most: number) => `${count} pictures are too many: at most ${most}.`,
    count: (count: number) => (count === 1 ? "1 picture" : `${count} pictures, and a sheet of them`),
    draw: "Draw the comparison",
    title: (prompt: string, axes: string) => `Comparison by ${axes}: ${prompt}`,
  },

  viewer: {
    one: "The picture, large",
    two: "Two pictures side by side",
    frame: (title: string) => `Enlarged: ${title}`,
    keys: "Wheel, pinch or + and − enlarge; drag or arrows move; 0 shows all.",
    smaller: "Zoom out",
    larger: "Zoom in",
    whole: "Show all",
    close: "Close",
    same: "The same settings",
    names: { prompt: "Prompt", negativePrompt: "Negative prompt", seed: "Seed", size: "Size", stageC: "Stage C", stageB: "Stage B" },
  },

  times: {
    heading: "Time and memory",
    stage: "Stage",
    loading: "Loading",
    running: "Running",
    steps: "Steps",
    memory: "Memory",
    each: (steps: number, seconds: string) => `${steps} × ${seconds}`,
    megabytes: (count: number) => `${count} MB`,
  },

  units: {
    second: "s",
    minute: "min",
    hour: "h",
    number: (value: number) => value.toFixed(1),
  },

  progress: {
    otherTab: "Another tab is drawing: this one follows it",
    left: (time: string) => `about ${time} left`,
    loadingModel: "Loading the model",
    readingPrompt: "Reading the prompt",
    stages: { "text-encoder": "Text encoder", "stage-c": "Stage C", "stage-b": "Stage B", "stage-a": "Stage A" },
    loading: {
      "text-encoder": "Loading the text encoder",
      "stage-c": "Loading Stage C",
      "stage-b": "Loading Stage B",
      "stage-a": "Loading Stage A",
    },
    /** Said as a stage begins. */
    begins: {
      "text-encoder": "Text encoder reads the prompt.",
      "stage-c": "Stage C composes.",
      "stage-b": "Stage B refines.",
      "stage-a": "Stage A paints.",
    },
    step: (stage: string, step: number, steps: number) => `${stage}, step ${step} of ${steps}`,
    tile: (stage: string, tile: number, tiles: number) => `${stage}, tile ${tile} of ${tiles}`,
  },

  history: {
    region: "History",
    list: "Earlier pictures",
    favourites: "Favourites",
    favourite: "Favourite",
    search: "Search history",
    nothingFound: "No picture has these words.",
    show: (name: string) => `Show: ${name}`,
    delete: "Delete",
    compareWith: "Compare with the picture shown",
    exportAll: "Export all",
    exporting: "Making the zip …",
    exported: (count: number) => `${count} pictures in one zip.`,
    exportFailed: "The zip could not be made, because memory or storage ran out: delete or download some pictures one by one.",
    nearlyFull: (megabytes: number) =>
      `The browser's storage is nearly full (${megabytes} MB are left): export and delete pictures you don't need, or new ones won't be kept.`,
    notStored: "The browser stores nothing here: this picture goes when the page is closed.",
  },

  restore: {
    button: "Take settings from a picture",
    file: "PNG picture",
    hint: "Or drop or paste a PNG of this page, A1111, ComfyUI or InvokeAI anywhere.",
    fromPicture: (source: string) => `Settings taken from ${source}.`,
    fromLink: "Settings taken from the link.",
    left: (what: readonly string[]) => ` Not taken: ${what.join("; ")}.`,
    sizeTaken: (width: number, height: number, taken: string) => `size ${width} × ${height} (taken: ${taken})`,
  },

  model: {
    loading: "Loading the model",
    none: "No model loaded",
    line: (name: string, millions: number, backend: string) => `${name}, ${millions} million parameters, on ${backend}`,
  },

  models: modelsEn,

  update: {
    region: "Update",
    ready: "A new version of this page is ready.",
    take: "Update and reload",
  },
};

/** The shape of a language. */
export type Strings = typeof en;

/** Number fields that a sentence says to be wrong. */
export type NumberFieldName = keyof typeof SUBJECTS;

interface App {
  readonly title: string;
  readonly wrongInside: (what: string) => string;
  /** By `ErrorCode`. */
  readonly causes: Readonly<Record<string, string>>;
  readonly engine: readonly (readonly [RegExp, string])[];
}

const WEIGHTS = { stored: "as stored", q8: "at 8 bits", q4: "at 4 bits" };

const SUBJECTS = {
  seed: "The seed",
  count: "The number of pictures",
  stepsC: "Stage C steps",
  guidanceC: "Stage C guidance",
  stepsB: "Stage B steps",
  guidanceB: "Stage B guidance",
  width: "The width",
  height: "The height",
};
