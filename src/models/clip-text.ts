import { GraphBuilder, type Value } from "../onnx/builder.ts";
import { dim } from "../onnx/dim.ts";
import type { Graph } from "../onnx/graph.ts";
import { add, cast, equal, gelu, mul, quickGelu } from "../onnx/ops/elementwise.ts";
import { gather, reshape } from "../onnx/ops/layout.ts";
import { matMul, multiHeadAttention } from "../onnx/ops/matrix.ts";
import { argMax } from "../onnx/ops/normalize.ts";
import * as w from "../onnx/weight-expr.ts";
import { ConfigReader } from "./config.ts";
import { affineLayerNorm, linear, type ModelScope, project } from "./layers.ts";
import { encodingOf, type Precision, type WeightRole } from "./precision.ts";

/** Constructor values of transformers' CLIPTextModelWithProjection, by its names. */
export interface ClipTextConfig {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly projection_dim: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  /** Tokens a prompt is padded and cut to. */
  readonly max_position_embeddings: number;
  readonly hidden_act: "gelu" | "quick_gelu";
  readonly layer_norm_eps: number;
  /** 2 is early CLIP configurations' wrong number; the highest id is taken then, as transformers does. */
  readonly eos_token_id: number;
}

/** Reads transformers' config.json of the text encoder; `source` names the file in errors (CascadeError "bad-checkpoint"). */
export function clipTextConfigFrom(json: Readonly<Record<string, unknown>>, source = "config.json"): ClipTextConfig {
  const read = new ConfigReader(json, source);
  const hidden_act = read.string("hidden_act", "gelu");
  if (hidden_act !== "gelu" && hidden_act !== "quick_gelu") return read.fail("hidden_act", `"gelu" or "quick_gelu"`);
  return {
    vocab_size: read.number("vocab_size"),
    hidden_size: read.number("hidden_size"),
    intermediate_size: read.number("intermediate_size"),
    projection_dim: read.number("projection_dim"),
    num_hidden_layers: read.number("num_hidden_layers"),
    num_attention_heads: read.number("num_attention_heads"),
    max_position_embeddings: read.number("max_position_embeddings", 77),
    hidden_act,
    layer_norm_eps: read.number("layer_norm_eps", 1e-5),
    eos_token_id: read.number("eos_token_id", 49407),
  };
}

/** Added to scores that must not count: exp of it is 0 in float32, and two of them are still finite. */
const MASKED = -1e9;

/**
 * CLIP's text encoder. Inputs, int64 [batch, max_position_embeddings]: `input_ids`, `attention_mask` (1 for tokens, 0 for padding).
 * Outputs, float32: `clip_text` [batch, tokens, hidden_size], the last layer's states before the final norm; `clip_text_pooled`
 * [batch, 1, projection_dim], the projection of the normalised state at the first end token.
 */
export function clipText(config: ClipTextConfig, precision: Precision): Graph {
  const graph = new GraphBuilder<WeightRole>("text-encoder", (key, role, shape) => encodingOf(precision(key, role, shape)));
  const s = graph.root;
  const tokens = config.max_position_embeddings;
  const ids = graph.input("input_ids", "int64", [dim("batch"), tokens]);
  const mask = graph.input("attention_mask", "int64", [dim("batch"), tokens]);
  const text = s.child("text_model");

  const bias = attentionBias(text.child("mask"), mask, tokens);
  let x = embeddings(text.child("embeddings"), config, ids); // [B, T, D]
  for (let i = 0; i < config.num_hidden_layers; i++) x = encoderLayer(text.child(`encoder.layers.${i}`), config, x, bias);

  const end = firstEnd(text.child("end"), config, ids); // [B, 1, T]
  const state = matMul(text.child("end"), end, affineLayerNorm(text.child("final_layer_norm"), x, config.layer_norm_eps)); // [B, 1, D]
  const projection = s.child("text_projection");
  const matrix = w.tensor(projection.key("weight"), [config.projection_dim, config.hidden_size]);
  const pooled = project(projection, state, matrix, undefined, "conditioning");
  return graph.finish({ clip_text: x, clip_text_pooled: pooled });
}

/** token_embedding(input_ids) + position_embedding */
function embeddings(s: ModelScope, config: ClipTextConfig, ids: Value): Value {
  const { vocab_size, hidden_size, max_position_embeddings: tokens } = config;
  const token = s.child("token_embedding");
  const rows = gather(token, token.table("weight", w.tensor(token.key("weight"), [vocab_size, hidden_size]), "embedding"), ids);
  const position = s.child("position_embedding");
  const positions = position.dense("weight", w.tensor(position.key("weight"), [tokens, hidden_size]), "embedding");
  return add(position, rows.dtype === "float32" ? rows : cast(token, rows, "float32"), positions);
}

/** [B, 1, T, T] to be added to attention scores: no token sees later ones (causal) or padding. */
function attentionBias(s: ModelScope, mask: Value, tokens: number): Value {
  const [batch = 1] = mask.shape;
  const padding = mul(s, add(s, cast(s, mask, "float32"), s.float32([-1])), s.float32([-MASKED])); // 1 -> 0, 0 -> MASKED
  const causal = Array.from({ length: tokens * tokens }, (_, i) => (i % tokens > Math.floor(i / tokens) ? MASKED : 0));
  return add(s, reshape(s, padding, [batch, 1, 1, tokens]), s.float32(causal, [1, 1, tokens, tokens]));
}

/** CLIPEncoderLayer on [B, T, D]: x + attention(norm(x)), then x + MLP(norm(x)). */
function encoderLayer(s: ModelScope, config: ClipTextConfig, x: Value, bias: Value): Value {
  const attention = s.child("self_attn");
  const h = affineLayerNorm(s.child("layer_norm1"), x, config.layer_norm_eps);
  const [q, k, v] = [
    linear(attention.child("q_proj"), h, config.hidden_size),
    linear(attention.child("k_proj"), h, config.hidden_size),
    linear(attention.child("v_proj"), h, config.hidden_size),
  ];
  const attended = multiHeadAttention(attention, q, k, v, config.num_attention_heads, bias);
  const y = add(s, linear(attention.child("out_proj"), attended, config.hidden_size), x);
  const mlp = s.child("mlp");
  const hidden = linear(mlp.child("fc1"), affineLayerNorm(s.child("layer_norm2"), y, config.layer_norm_eps), config.intermediate_size);
  const active = config.hidden_act === "gelu" ? gelu(mlp, hidden) : quickGelu(mlp, hidden, 1.702);
  return add(s, linear(mlp.child("fc2"), active, config.hidden_size), y);
}

/** [B, 1, T] with 1 at the first end token, 0 elsewhere: a product with it takes that row on any device. */
function firstEnd(s: ModelScope, config: ClipTextConfig, ids: Value): Value {
  const [batch = 1, tokens = 1] = ids.shape;
  if (typeof tokens !== "number") throw new Error(`tokens of unknown number ${tokens}`);
  const score = config.eos_token_id === 2 ? ids : cast(s, equal(s, ids, s.int64([config.eos_token_id])), "int32");
  const index = argMax(s, score, -1); // [B, 1]
  const positions = s.int64(
    Array.from({ length: tokens }, (_, i) => i),
    [1, tokens],
  );
  return reshape(s, cast(s, equal(s, positions, index), "float32"), [batch, 1, tokens]);
}
