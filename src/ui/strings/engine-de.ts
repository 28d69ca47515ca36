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
  // What can't be drawn: src/pipeline/settings.ts.
  [/The prompt has (\d+) characters, more than (\d+): shorten it\./, "Der Prompt hat $1 Zeichen, mehr als $2: Kürzen Sie ihn."],
  [
    /The negative prompt has (\d+) characters, more than (\d+): shorten it\./,
    "Der negative Prompt hat $1 Zeichen, mehr als $2: Kürzen Sie ihn.",
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
    /(.+) computed (.+) with fused attention, so attention is computed in parts: a little slower\./,
    "$1 ergab mit der Attention als Ganzem $2, also wird sie in Teilen gerechnet: etwas langsamer.",
  ],
  [
    /(.+) computed (.+) when its recorded commands were replayed, so they are sent anew at each step: a little slower\./,
    "$1 ergab mit aufgezeichneten Befehlen $2, also werden sie bei jedem Schritt neu gesendet: etwas langsamer.",
  ],
  [
    /(.+) failed on the GPU, so the processor computes it: slower, but right\./,
    "$1 scheiterte auf der GPU, also rechnet der Prozessor: langsamer, aber richtig.",
  ],
  [
    /(.+) failed with fused attention, so attention is computed in parts: a little slower\./,
    "$1 scheiterte mit der Attention als Ganzem, also wird sie in Teilen gerechnet: etwas langsamer.",
  ],
  [
    /(.+) failed when its recorded commands were replayed, so they are sent anew at each step: a little slower\./,
    "$1 scheiterte mit aufgezeichneten Befehlen, also werden sie bei jedem Schritt neu gesendet: etwas langsamer.",
  ],
  [
    /Drawing on the GPU failed, so this goes on on the processor\./,
    "Das Zeichnen auf der GPU scheiterte, darum geht es auf dem Prozessor weiter.",
  ],
  [
    /Drawing on the GPU stopped, so this goes on anew from its last step\./,
    "Das Zeichnen auf der GPU brach ab, darum geht es vom letzten Schritt an neu weiter.",
  ],
  [
    /Drawing on the GPU stopped again, so this goes on on the processor\./,
    "Das Zeichnen auf der GPU brach wieder ab, darum geht es auf dem Prozessor weiter.",
  ],
  [
    /Memory ran out, so this goes on with one part of the model in memory at a time\./,
    "Der Speicher reichte nicht, darum geht es mit nur einem Teil des Modells auf einmal weiter.",
  ],
  [
    /Memory still ran out, so this goes on with the model's weights cut down to (\d) bits\./,
    "Der Speicher reichte noch immer nicht, darum geht es mit auf $1 Bit gekürzten Gewichten des Modells weiter.",
  ],
  [
    /The GPU's memory ran out, so this goes on on the processor\./,
    "Der Speicher der GPU reichte nicht, darum geht es auf dem Prozessor weiter.",
  ],
  // Why weights are stored as they are: src/convert/plan.ts.
  [
    /norms, biases, depthwise and first and last projections: few numbers, and an error in them reaches all that follows/,
    "Normierungen, Biases, Depthwise-Faltungen, erste und letzte Projektionen: wenige Zahlen, und ihr Fehler erreicht alles, was folgt",
  ],
  [
    /clip_txt_pooled_mapper: all of the prompt passes through it, and other converters found that it must not be quantized/,
    "clip_txt_pooled_mapper: Der ganze Prompt geht hindurch; andere Umwandler fanden, dass er nicht quantisiert werden darf",
  ],
  [
    /token and position tables: looked up, not multiplied, so nothing averages their errors out/,
    "Tabellen der Tokens und Positionen: nachgeschlagen, nicht multipliziert, also mittelt nichts ihre Fehler weg",
  ],
  [
    /convolutions between levels and repeats: few parameters \(.*\), and all of a level passes through them/,
    "Faltungen zwischen Ebenen und Wiederholungen: wenige Parameter, und alles einer Ebene geht hindurch",
  ],
  [
    /Stage A and the previewer: small, and their errors are seen as pixels/,
    "Stufe A und die Vorschau: klein, und ihre Fehler sieht man als Pixel",
  ],
  [
    /timestep scales and shifts: they multiply the whole stream of every block/,
    "Skalen und Verschiebungen des Zeitschritts: Sie multiplizieren alles, was durch einen Block geht",
  ],
  [
    /mappers of the prompt's tokens and image: few parameters, all conditioning passes through them/,
    "Abbildungen der Tokens und des Bildes im Prompt: wenige Parameter, alle Konditionierung geht hindurch",
  ],
  [
    /the text encoder runs once and is released: it is smaller than Stage C even at 8 bits, so memory is not saved by less/,
    "Der Textkodierer läuft einmal und wird losgelassen: Er ist auch mit 8 Bit kleiner als Stufe C, weniger spart keinen Speicher",
  ],
  [/matrices of the residual blocks: nearly all parameters/, "Matrizen der Residualblöcke: fast alle Parameter"],
  [/matrices of the blocks: nearly all parameters/, "Matrizen der Blöcke: fast alle Parameter"],
  [
    /all larger weights; activations stay float32, which Stage C 3\.6B needs/,
    "alle größeren Gewichte; Aktivierungen bleiben float32, was Stufe C 3.6B braucht",
  ],
  [/everything, for comparison with the reference/, "alles, zum Vergleich mit der Referenz"],
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
