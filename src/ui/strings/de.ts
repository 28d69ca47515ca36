import type { NumberFieldName, Strings } from "./en.ts";

const SUBJECTS: Readonly<Record<NumberFieldName, string>> = {
  seed: "Der Seed",
  count: "Die Zahl der Bilder",
  stepsC: "Die Schrittzahl von Stufe C",
  guidanceC: "Die Führung von Stufe C",
  stepsB: "Die Schrittzahl von Stufe B",
  guidanceB: "Die Führung von Stufe B",
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
      "download-failed": "Eine Datei konnte nicht geladen werden: Prüfen Sie die Verbindung und versuchen Sie es noch einmal.",
    },
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
    examples: "Beispiele für Prompts",
    tokens: (used, most) => `${used} von ${most} Tokens`,
    tokensCut: (used, most, leftOut) => `${used} von ${most} Tokens. Nicht gelesen: „${leftOut}“`,
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
        field === "seed" ? "Leer heißt: jedes Mal ein neuer." : `Leer heißt: ${field === "count" ? "eines" : "was das Modell empfiehlt"}.`
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
      fast: "Schnell: halb so viele Schritte",
      balanced: "Ausgewogen: die Schritte des Modells",
      quality: "Gründlich: doppelt so viele Schritte",
      custom: "Wie unter „Erweitert“ eingegeben",
    },
    modelsSampler: "Der des Modells",
    backend: "Rechenweg",
    backends: { auto: "Automatisch", webgpu: "WebGPU", wasm: "WASM" },
    size: "Größe",
    sizes: { square: "Quadrat", portrait: "Hochformat", landscape: "Querformat" },
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
    facts: (seed, width, height, seconds) => `Seed ${seed} · ${width} × ${height} · ${seconds} s`,
    download: "Herunterladen",
    useSettings: "Diese Einstellungen nehmen",
    settingsTaken: "Einstellungen übernommen.",
    useSeed: "Diesen Seed nehmen",
    seedTaken: "Seed übernommen.",
    copyLink: "Link kopieren",
    linkCopied: "Link kopiert.",
  },

  progress: {
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
    searchHint: "Wörter des Prompts",
    nothingFound: "Kein Bild hat diese Wörter.",
    show: (name) => `Zeigen: ${name}`,
    delete: "Löschen",
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

  update: {
    region: "Aktualisierung",
    ready: "Eine neue Fassung dieser Seite ist da.",
    take: "Aktualisieren und neu laden",
  },
};
