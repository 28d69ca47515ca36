#!/usr/bin/env python3
"""What one gets for the same network without this project: diffusers exported by torch.onnx, quantized by onnxruntime's tool.

    export_peer.py FOLDER INPUTS.json

FOLDER holds config.json and diffusion_pytorch_model.safetensors (diffusers layout); peer.f32.onnx and peer.q4.onnx are
written beside them. INPUTS.json: {name: shape}, in the order of the network's arguments. Needs torch, diffusers, onnx, onnxscript, onnxruntime.
"""
import json
import sys

import onnx
import torch
from diffusers.models.unets.unet_stable_cascade import StableCascadeUNet
from onnxruntime.quantization import matmul_nbits_quantizer as nbits


class Positional(torch.nn.Module):
    """The U-Net with positional arguments in the order of `names`, and a tensor out."""

    def __init__(self, unet, names):
        super().__init__()
        self.unet, self.names = unet, names

    def forward(self, *args):
        return self.unet(**dict(zip(self.names, args)), return_dict=False)[0]


def main(folder, shapes):
    unet = StableCascadeUNet.from_pretrained(folder).eval()
    inputs = tuple(torch.full(s, 0.7) if n == "timestep_ratio" else torch.randn(*s) for n, s in shapes.items())
    f32, q4 = f"{folder}/peer.f32.onnx", f"{folder}/peer.q4.onnx"
    with torch.no_grad():
        torch.onnx.export(Positional(unet, list(shapes)), inputs, f32, dynamo=True, external_data=False, optimize=True,
                          input_names=list(shapes), output_names=["output"])
    config = nbits.DefaultWeightOnlyQuantConfig(block_size=32, is_symmetric=True, accuracy_level=4)
    quantizer = nbits.MatMulNBitsQuantizer(onnx.load(f32), algo_config=config)
    quantizer.process()
    quantizer.model.save_model_to_file(q4, use_external_data_format=False)


if __name__ == "__main__":
    main(sys.argv[1], json.load(open(sys.argv[2])))
