import { numberAs, type PartialSettings, type Restored, readSeed, record } from "./restored.ts";

interface Node {
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Nodes that carry what is read here, or that every picture has. */
const KNOWN = /^(KSampler|CLIPTextEncode|CLIPSetLastLayer|Conditioning|StableCascade_|Empty.*Latent|VAEDecode|SaveImage|PreviewImage|Note)/;
const SAMPLER = /^KSampler/;

/**
 * Reads ComfyUI's `prompt`: its graph as JSON, nodes by id, an input being a value or a link [node, output]. Of Stable Cascade's two samplers the one that
 * is conditioned by Stage C's result is Stage B; any other model's sampler is read as Stage C. Throws SyntaxError on text that is no JSON.
 */
export function fromComfyUi(text: string): Restored {
  // Python writes NaN, which JSON does not have.
  const graph = record(JSON.parse(text.replace(/\bNaN\b/g, "null")));
  const nodes = new Map(
    Object.entries(graph).map(
      ([id, node]) => [id, { type: String(record(node).class_type), inputs: record(record(node).inputs) }] as const,
    ),
  );
  const left: string[] = [];
  const samplers = [...nodes.values()].filter(({ type }) => SAMPLER.test(type));
  const isStageB = (sampler: Node) => reaches(nodes, sampler.inputs.positive, (node) => node.type === "StableCascade_StageB_Conditioning");
  const stageB = samplers.length > 1 ? samplers.find(isStageB) : undefined;
  const [stageC, ...others] = samplers.filter((sampler) => sampler !== stageB);
  if (others.length > 0) left.push(`${others.length} more sampler${others.length > 1 ? "s" : ""}`);
  if (stageC === undefined) return { source: "ComfyUI", settings: {}, left: ["a graph without a KSampler node"] };

  const size = find(
    nodes,
    stageC.inputs.latent_image,
    ({ inputs }) => typeof inputs.width === "number" && typeof inputs.height === "number",
  );
  const settings: PartialSettings = {
    ...textOf("prompt", nodes, stageC.inputs.positive),
    ...textOf("negativePrompt", nodes, stageC.inputs.negative),
    ...numberAs("width", size?.inputs.width),
    ...numberAs("height", size?.inputs.height),
    ...readSeed(value(nodes, stageC.inputs.seed ?? stageC.inputs.noise_seed), left),
    stageC: stageOf(nodes, stageC, left),
    ...(stageB !== undefined && { stageB: stageOf(nodes, stageB, left) }),
  };
  for (const { type, inputs } of nodes.values()) {
    if (KNOWN.test(type)) continue;
    const name = Object.entries(inputs).find(([key, input]) => /_name$|^image$/.test(key) && typeof input === "string")?.[1];
    left.push(name === undefined ? `node ${type}` : `node ${type} (${String(name)})`);
  }
  return { source: "ComfyUI", settings, left };
}

function stageOf(nodes: ReadonlyMap<string, Node>, { inputs }: Node, left: string[]): { steps?: number; guidance?: number } {
  if (typeof inputs.sampler_name === "string") left.push(`sampler ${inputs.sampler_name}`);
  if (typeof inputs.denoise === "number" && inputs.denoise < 1) left.push(`denoise ${inputs.denoise}`);
  return { ...numberAs("steps", value(nodes, inputs.steps)), ...numberAs("guidance", value(nodes, inputs.cfg)) };
}

/** The text that a conditioning comes from. */
function textOf<K extends string>(name: K, nodes: ReadonlyMap<string, Node>, link: unknown): { [P in K]?: string } {
  const encode = find(nodes, link, ({ inputs }) => inputs.text !== undefined);
  const text = value(nodes, encode?.inputs.text);
  return (typeof text === "string" ? { [name]: text } : {}) as { [P in K]?: string };
}

/** An input's value, through a node that holds just that value. */
function value(nodes: ReadonlyMap<string, Node>, input: unknown): unknown {
  const node = linked(nodes, input);
  if (node === undefined) return input;
  const values = Object.values(node.inputs).filter((held) => typeof held === "string" || typeof held === "number");
  return values.length === 1 ? values[0] : undefined;
}

function linked(nodes: ReadonlyMap<string, Node>, input: unknown): Node | undefined {
  return Array.isArray(input) ? nodes.get(String(input[0])) : undefined;
}

/** The first node upstream of a link, itself included, for which `wanted` holds; depth first, each node once. */
function find(nodes: ReadonlyMap<string, Node>, link: unknown, wanted: (node: Node) => boolean, seen = new Set<Node>()): Node | undefined {
  const node = linked(nodes, link);
  if (node === undefined || seen.has(node)) return undefined;
  seen.add(node);
  if (wanted(node)) return node;
  for (const input of Object.values(node.inputs)) {
    const found = find(nodes, input, wanted, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

function reaches(nodes: ReadonlyMap<string, Node>, link: unknown, wanted: (node: Node) => boolean): boolean {
  return find(nodes, link, wanted) !== undefined;
}
