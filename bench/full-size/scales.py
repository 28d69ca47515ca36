"""scales.py LIST.json: squared errors of onnxruntime's own 4-bit quantizer on float32 matrices [{path, rows, k}], for each of its settings, as JSON."""

import json
import sys

import numpy as np
from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, DefaultWeightOnlyQuantizer

# Its defaults are blocks of 128 with zero points; blocks of 32 without are what ours are stored as.
SETTINGS = {"128z": (128, False), "32": (32, True), "32z": (32, False)}


def squared_error(weights, block, symmetric):
    """Of weights [rows, k] as they come back; the quantizer takes them as a MatMul does, [k, rows]."""
    config = DefaultWeightOnlyQuantConfig(block_size=block, is_symmetric=symmetric)
    packed, scales, zeros = DefaultWeightOnlyQuantizer(config).qbits_block_quant(np.ascontiguousarray(weights.T))
    rows, k = weights.shape
    blocks = -(-k // block)
    nibbles = lambda a: np.stack([a & 15, a >> 4], -1).reshape(*a.shape[:-1], -1)
    zero = np.full((rows, blocks), 8) if symmetric else nibbles(zeros)[:, :blocks]
    # A float16 scale is what a file stores.
    scale = scales.reshape(rows, blocks).astype(np.float16).astype(np.float32)
    restored = (nibbles(packed).astype(np.float32) - zero[..., None]) * scale[..., None]
    return float(((restored.reshape(rows, -1)[:, :k] - weights) ** 2).sum(dtype=np.float64))


totals = dict.fromkeys(SETTINGS, 0.0)
for matrix in json.load(open(sys.argv[1])):
    weights = np.fromfile(matrix["path"], np.float32).reshape(matrix["rows"], matrix["k"])
    for name, (block, symmetric) in SETTINGS.items():
        totals[name] += squared_error(weights, block, symmetric)
print(json.dumps(totals))
