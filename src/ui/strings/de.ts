import type { NumberFieldName, Strings } from "./en.ts";
import { engineDe } from "./engine-de.ts";
import { modelsDe } from "./models-de.ts";

const WEIGHTS = { stored: "wie gespeichert", q8: "mit 8 Bit", q4: "mit 4 Bit" };

const SUBJECTS: Readonly<Record<NumberFieldName, string>> = {
  seed: "Der Seed",
  count: "Die Zahl der Bilder",
  stepsC: "Die Schrittzahl von Stufe C",
  guidanceC: "Die Führung von Stufe C",
  stepsB: "Die Schrittzahl von Stufe B",
  guidanceB: "Die Führung von Stufe B",
  width: "Die Breite",
  height: "Die Höhe",
};

/** The page in German. */
export const de: Strings = {
  language: { own: "Deutsch", label: "Sprache" },

  app: {
    title: "Cascade-Spielplatz",
    wrongInside: (what) =>
      `Im Innern ging etwas schief: ${what}. Ihre Eingaben bleiben erhalten; versuchen Sie es noch einmal oder laden Sie die Seite neu.`,
    causes: {
      "no-webgpu": "Dieser Browser bietet hier kein WebGPU: Wählen Sie WebAssembly oder „Automatisch“.",
      "out-of-memory": "Der Speicher ist voll: Schließen Sie andere Tabs oder Programme oder wählen Sie ein kleineres Modell oder Bild.",
      "device-lost": "Das Zeichenwerk ist abgebrochen: „Erzeugen“ startet es neu.",
      "storage-full": "Der Speicher des Browsers ist fast voll: Laden Sie das Bild herunter und löschen Sie, was Sie nicht brauchen.",
      "bad-model": "Mit dem Modell stimmt etwas nicht: Prüfen und reparieren Sie es unter „Modelle“, oder nehmen Sie ein anderes.",
      "no-storage": "Dieser Browser gibt der Seite keinen Platz für Modelle; das eingebaute Modell zeichnet auch so.",
      "download-failed": "Eine Datei konnte nicht geladen werden: Prüfen Sie die Verbindung und versuchen Sie es noch einmal.",
    },
    engine: engineDe,
  },

  composer: {
    region: "Prompt und Aktionen",
    prompt: "Prompt",
    placeholder: "a fox on a white background",
    generate: "Erzeugen",
    addToQueue: "In die Warteschlange",
    cancel: "Abbrechen",
    cancelled: "Abgebrochen.",
    queued: (count) => `${count} weitere in der Warteschlange.`,
    finished: (seconds) => `Fertig in ${seconds} Sekunden.`,
    useWasm: "Stattdessen WebAssembly nehmen",
    takes: (pictures, time) => `${pictures === 1 ? "Dauert" : `${pictures} Bilder dauern`} auf diesem Gerät etwa ${time}.`,
    takesRoughly: (pictures, time) =>
      `${pictures === 1 ? "Dauert" : `${pictures} Bilder dauern`} auf diesem Gerät ganz grob ${time}; nach dem ersten ist es genauer bekannt.`,
    examples: "Beispiele für Prompts",
    unknownWords: (words) => `Dieses Modell kennt nicht: ${words}.`,
    tokens: (used, most) => `${used} von ${most} Tokens`,
    tokensCut: (used, most, leftOut) => `${used} von ${most} Tokens. Nicht gelesen: „${leftOut}“`,
  },

  words: {
    heading: "Wörter, die dieses Modell kennt",
    groups: { objects: "Dinge", shapes: "Formen", colors: "Farben, für Formen und Hintergründe", numbers: "Zahlen" },
    added: (prompt) => `Eingabe: ${prompt}`,
  },

  signs: {
    heading: "Zeichen im Prompt",
    more: "zählt mehr; Strg mit ↑ oder ↓ ändert es",
    less: "zählt weniger",
    oneOf: "eines davon: der Seed wählt",
    wildcard: "ein Wort einer Liste: animal, fruit, food, thing, shape, color",
  },

  names: {
    seed: "Seed",
    count: "Bilder",
    width: "Breite",
    height: "Höhe",
    stepsC: "Schritte, Stufe C",
    guidanceC: "Führung, Stufe C",
    stepsB: "Schritte, Stufe B",
    guidanceB: "Führung, Stufe B",
    samplerC: "Sampler, Stufe C",
    samplerB: "Sampler, Stufe B",
    negativePrompt: "Negativer Prompt",
  },

  form: {
    promptEmpty: "Der Prompt ist leer. Schreiben Sie, was das Bild zeigen soll.",
    numberWrong: (field, whole, least, most) =>
      `${SUBJECTS[field]} muss eine ${whole ? "ganze " : ""}Zahl von ${least} bis ${most} sein. ${
        field === "seed"
          ? "Leer heißt: jedes Mal ein neuer."
          : `Leer heißt: ${field === "count" ? "eines" : field === "width" || field === "height" ? "1024" : "was das Modell empfiehlt"}.`
      }`,
  },

  settings: {
    region: "Einstellungen",
    advanced: "Erweitert",
    keepOut: "Was nicht vorkommen soll",
    newEachTime: "Jedes Mal neu",
    randomSeed: "Zufälliger Seed",
    preset: "Voreinstellung",
    presets: {
      fast: "Schnell",
      balanced: "Ausgewogen",
      quality: "Gründlich",
      custom: "Eigene Schritte",
    },
    modelsSampler: "Der des Modells",
    backend: "Rechenweg",
    backends: { auto: "Automatisch", webgpu: "WebGPU", wasm: "WASM" },
    size: "Größe",
    custom: "Eigene",
    turn: "Hochformat",
    pixels: (width, height) => `${width} × ${height} Pixel`,
    granularity: (step) => `Dieses Modell zeichnet Seiten, die Vielfache von ${step} sind.`,
    style: "Stil",
    noStyle: "Keiner",
    styleUnknown: "Dieses Modell kennt die Wörter dieses Stils nicht.",
    styles: {
      onWhite: "Auf Weiß",
      onBlack: "Auf Schwarz",
      icon: "Flaches Symbol",
      photo: "Fotografie",
      cinematic: "Filmbild",
      portrait: "Studioporträt",
      watercolour: "Aquarell",
      oil: "Ölgemälde",
      ink: "Tuschezeichnung",
      comic: "Comicbild",
      anime: "Anime-Stil",
      pixel: "Pixelgrafik",
      clay: "Knetfigur",
      isometric: "Isometrisch",
    },
  },

  queue: {
    region: "Warteschlange",
    heading: (count) => `Warteschlange: ${count}`,
    list: "Wartende Bilder",
    clear: "Warteschlange leeren",
    job: (prompt, seed) => `${prompt}, Seed ${seed}`,
    earlier: "Früher",
    later: "Später",
    remove: "Entfernen",
  },

  picture: {
    region: "Bild",
    emptyTitle: "Hier erscheint Ihr Bild",
    emptyHint: "Es entsteht auf diesem Gerät. Nichts, was Sie eingeben, verlässt es.",
    preview: "Vorschau auf das entstehende Bild",
    facts: (seed, width, height) => `Seed ${seed} · ${width} × ${height}`,
    weights: (read) => `Gewichte ${read.map((at) => WEIGHTS[at]).join(", dann ")}`,
    download: "Herunterladen",
    enlarge: "Das Bild vergrößern",
    useSettings: "Diese Einstellungen nehmen",
    settingsTaken: "Einstellungen übernommen.",
    useSeed: "Diesen Seed nehmen",
    seedTaken: "Seed übernommen.",
    copyLink: "Link kopieren",
    linkCopied: "Link kopiert.",
  },

  unfinished: {
    region: "Unfertiges Bild",
    text: (prompt, where) => `„${prompt}“ brach ab nach: ${where}.`,
    goOn: "Fortsetzen",
    discard: "Verwerfen",
  },

  comparison: {
    heading: "Vergleichen",
    columns: "Spalten",
    rows: "Zeilen",
    none: "Keine",
    prompts: "Prompts",
    columnValues: "Werte der Spalten",
    rowValues: "Werte der Zeilen",
    promptsHint: "Ein Prompt je Zeile",
    hint: "Werte mit Kommas dazwischen oder ein Bereich wie 7-10.",
    same: "Spalten und Zeilen sind gleich: Wählen Sie zweierlei.",
    tooMany: (count, most) => `${count} Bilder sind zu viele: höchstens ${most}.`,
    count: (count) => (count === 1 ? "1 Bild" : `${count} Bilder und ein Bogen aus ihnen`),
    draw: "Vergleich zeichnen",
    title: (prompt, axes) => `Vergleich nach ${axes}: ${prompt}`,
  },

  viewer: {
    one: "Das Bild, groß",
    two: "Zwei Bilder nebeneinander",
    frame: (title) => `Vergrößert: ${title}`,
    keys: "Rad, zwei Finger oder + und − vergrößern; Ziehen oder Pfeile verschieben; 0 zeigt alles.",
    smaller: "Verkleinern",
    larger: "Vergrößern",
    whole: "Alles zeigen",
    close: "Schließen",
    same: "Dieselben Einstellungen",
    names: { prompt: "Prompt", negativePrompt: "Negativer Prompt", seed: "Seed", size: "Größe", stageC: "Stufe C", stageB: "Stufe B" },
  },

  times: {
    heading: "Zeit und Speicher",
    stage: "Stufe",
    loading: "Laden",
    running: "Laufen",
    steps: "Schritte",
    memory: "Speicher",
    each: (steps, seconds) => `${steps} × ${seconds}`,
    megabytes: (count) => `${count} MB`,
  },

  units: {
    second: "s",
    minute: "min",
    hour: "h",
    number: (value) => value.toFixed(1).replace(".", ","),
  },

  progress: {
    otherTab: "Ein anderer Tab zeichnet: Dieser folgt danach",
    left: (time) => `noch etwa ${time}`,
    loadingModel: "Das Modell wird geladen",
    readingPrompt: "Der Prompt wird gelesen",
    stages: { "text-encoder": "Textkodierer", "stage-c": "Stufe C", "stage-b": "Stufe B", "stage-a": "Stufe A" },
    loading: {
      "text-encoder": "Der Textkodierer wird geladen",
      "stage-c": "Stufe C wird geladen",
      "stage-b": "Stufe B wird geladen",
      "stage-a": "Stufe A wird geladen",
    },
    begins: {
      "text-encoder": "Der Textkodierer liest den Prompt.",
      "stage-c": "Stufe C entwirft.",
      "stage-b": "Stufe B verfeinert.",
      "stage-a": "Stufe A malt.",
    },
    step: (stage, step, steps) => `${stage}, Schritt ${step} von ${steps}`,
    tile: (stage, tile, tiles) => `${stage}, Kachel ${tile} von ${tiles}`,
  },

  history: {
    region: "Verlauf",
    list: "Frühere Bilder",
    favourites: "Favoriten",
    favourite: "Favorit",
    search: "Verlauf durchsuchen",
    nothingFound: "Kein Bild hat diese Wörter.",
    show: (name) => `Zeigen: ${name}`,
    delete: "Löschen",
    compareWith: "Mit dem gezeigten Bild vergleichen",
    exportAll: "Alle exportieren",
    exporting: "Das Zip entsteht …",
    exported: (count) => `${count} Bilder in einem Zip.`,
    exportFailed: "Das Zip gelang nicht, weil Speicher fehlt: Löschen Sie Bilder oder laden Sie einzelne herunter.",
    nearlyFull: (megabytes) =>
      `Der Speicher des Browsers ist fast voll (${megabytes} MB sind frei): Exportieren und löschen Sie Bilder, sonst werden neue nicht behalten.`,
    notStored: "Der Browser speichert hier nichts: Dieses Bild verschwindet, wenn die Seite geschlossen wird.",
  },

  restore: {
    button: "Einstellungen aus einem Bild nehmen",
    file: "PNG-Bild",
    hint: "Oder ein PNG dieser Seite, von A1111, ComfyUI oder InvokeAI irgendwo ablegen oder einfügen.",
    fromPicture: (source) => `Einstellungen übernommen aus: ${source}.`,
    fromLink: "Einstellungen aus dem Link übernommen.",
    left: (what) => ` Nicht übernommen: ${what.join("; ")}.`,
    sizeTaken: (width, height, taken) => `Größe ${width} × ${height} (genommen: ${taken})`,
  },

  model: {
    loading: "Das Modell wird geladen",
    none: "Kein Modell geladen",
    line: (name, millions, backend) => `${name}, ${millions} Millionen Parameter, auf ${backend}`,
  },

  models: modelsDe,

  update: {
    region: "Aktualisierung",
    ready: "Eine neue Fassung dieser Seite ist da.",
    take: "Aktualisieren und neu laden",
  },
};
