"""outputs.py GRAPH.onnx EXPECTED.safetensors: one run in ONNX Runtime's CPU provider; prints each output's relative error and cosine as JSON."""

import json
import sys

import numpy as np
import onnxruntime as ort
from safetensors.numpy import load_file

graph, expected_path = sys.argv[1:]
expected = load_file(expected_path)
# Folding would widen every float16 weight to float32 in memory at once.
session = ort.InferenceSession(graph, providers=["CPUExecutionProvider"], disabled_optimizers=["ConstantFolding"])
inputs = {i.name: expected[i.name] for i in session.get_inputs()}
names = [o.name for o in session.get_outputs()]
found = {}
for name, output in zip(names, session.run(names, inputs)):
    ours = output.astype(np.float64).ravel()
    # The reference calls a network's one output "output", whatever it is.
    wanted = expected[name if name in expected else "output"].astype(np.float64).ravel()
    found[name] = {
        "error": float(np.linalg.norm(ours - wanted) / np.linalg.norm(wanted)),
        "cosine": float(ours @ wanted / np.linalg.norm(ours) / np.linalg.norm(wanted)),
    }
print(json.dumps(found))
