/** Parts of the engine's sentences, which come in English, and what they are in German. What has no part here stays as it came. */
export const engineDe: readonly (readonly [RegExp, string])[] = [
  // Why this backend: src/runtime/device.ts and start-engine.ts.
  [/WebAssembly on the processor/, "WebAssembly auf dem Prozessor"],
  [/WebGPU on /, "WebGPU auf "],
  [/this machine's GPU/, "der GPU dieses Geräts"],
  [/, without half precision \(shader-f16\)/, ", ohne halbe Genauigkeit (shader-f16)"],
  [/, as you chose\./, ", wie gewählt."],
  [/This browser has no WebGPU/, "Dieser Browser hat kein WebGPU"],
  [/WebGPU runs in software here, slower than WebAssembly/, "WebGPU läuft hier in Software, langsamer als WebAssembly"],
  [
    /This GPU's buffers hold (\d+) MB, less than the (\d+) MB the model needs/,
    "Die Puffer dieser GPU fassen $1 MB, weniger als die $2 MB, die das Modell braucht",
  ],
  [
    /This GPU gives a shader (\d+) buffers, fewer than the (\d+) the model needs/,
    "Diese GPU gibt einem Shader $1 Puffer, weniger als die $2, die das Modell braucht",
  ],
  [/WebGPU did not start here \((.*)\)/, "WebGPU startete hier nicht ($1)"],
  [/, so the processor draws, by WebAssembly\./, ", also zeichnet der Prozessor, mit WebAssembly."],
  [/, so the processor draws\./, ", also zeichnet der Prozessor."],
  [/Without subgroups, with which this GPU gets attention wrong\./, "Ohne Subgroups, mit denen diese GPU die Attention falsch rechnet."],
  [
    /Attention runs in parts, because this GPU gets the fused form wrong\./,
    "Die Attention läuft in Teilen, weil diese GPU sie als Ganzes falsch rechnet.",
  ],
  // Notes of a run: src/pipeline/prompt-notes.ts and watch.ts, src/client/cascade-client.ts.
  [/The prompt was read as "(.*)"\./, "Der Prompt wurde gelesen als „$1“."],
  [/The negative prompt was read as "(.*)"\./, "Der negative Prompt wurde gelesen als „$1“."],
  [
    /The prompt has (\d+) tokens; the text encoder reads the first (\d+)\. Left out: "(.*)"\./,
    "Der Prompt hat $1 Tokens; der Text-Encoder liest die ersten $2. Ausgelassen: „$3“.",
  ],
  [
    /The negative prompt has (\d+) tokens; the text encoder reads the first (\d+)\. Left out: "(.*)"\./,
    "Der negative Prompt hat $1 Tokens; der Text-Encoder liest die ersten $2. Ausgelassen: „$3“.",
  ],
  [
    /(.+) computed (.+) on the GPU, so the processor computes it: slower, but right\./,
    "$1 ergab auf der GPU $2, also rechnet der Prozessor: langsamer, aber richtig.",
  ],
  [
    /Memory ran out, so this goes on with one part of the model in memory at a time\./,
    "Der Speicher reichte nicht, darum geht es mit nur einem Teil des Modells auf einmal weiter.",
  ],
  [
    /The GPU's memory ran out, so this goes on on the processor\./,
    "Der Speicher der GPU reichte nicht, darum geht es auf dem Prozessor weiter.",
  ],
  // Notes of a conversion: src/convert/infer-config.ts.
  [
    /(\S+) does not say how many attention heads it has: 32 channels a head are assumed; a config\.json beside it can say otherwise\./,
    "$1 sagt nicht, wie viele Attention-Köpfe es hat: 32 Kanäle je Kopf werden angenommen; eine config.json daneben kann anderes sagen.",
  ],
  [
    /(\S+): it is assumed that no level halves the resolution \(switch_level false\); a config\.json beside it can say otherwise\./,
    "$1: Es wird angenommen, dass keine Ebene die Auflösung halbiert (switch_level false); eine config.json daneben kann anderes sagen.",
  ],
  // The history: src/gallery/history.ts.
  [
    /This picture was not kept in the history, because the browser's storage is nearly full: download it, then delete pictures you don't need\./,
    "Dieses Bild kam nicht in den Verlauf, weil der Speicher des Browsers fast voll ist: Laden Sie es herunter und löschen Sie dann Bilder, die Sie nicht brauchen.",
  ],
];
