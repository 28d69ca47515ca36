"""diffusers' two network classes from their own two files, without the rest of diffusers: its version wants packages in
versions that a machine without network may not have. Only where CASCADE_SLIM names the folder of the files (pack.sh);
test_slim.py compares the networks."""
import functools
import importlib.util
import inspect
import os
import sys
import types
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

FILES = {"diffusers.models.unets.unet_stable_cascade": "unet_stable_cascade.py",
         "diffusers.pipelines.deprecated.wuerstchen.modeling_paella_vq_model": "modeling_paella_vq_model.py"}


def register_to_config(init):
    @functools.wraps(init)
    def wrapped(self, *args, **kwargs):
        bound = inspect.signature(init).bind(self, *args, **kwargs)
        bound.apply_defaults()
        init(self, *args, **kwargs)
        self.config = types.SimpleNamespace(**{k: v for k, v in bound.arguments.items() if k != "self"})
    return wrapped


class Plain:
    pass


class Attention(nn.Module):
    def __init__(self, query_dim, heads, dim_head, dropout=0.0, bias=False):
        super().__init__()
        inner, self.heads = heads * dim_head, heads
        self.to_q, self.to_k, self.to_v = (nn.Linear(query_dim, inner, bias=bias) for _ in range(3))
        self.to_out = nn.ModuleList([nn.Linear(inner, query_dim), nn.Dropout(dropout)])


class VectorQuantizer(nn.Module):
    def __init__(self, n_e, vq_embed_dim, beta, legacy=True):
        super().__init__()
        self.embedding = nn.Embedding(n_e, vq_embed_dim)


@dataclass
class DecoderOutput:
    sample: torch.Tensor = None


@dataclass
class VQEncoderOutput:
    latents: torch.Tensor = None


STUBS = {
    "configuration_utils": {"ConfigMixin": Plain, "register_to_config": register_to_config},
    "loaders": {"FromOriginalModelMixin": type("FromOriginalModelMixin", (), {})},
    "utils": {"BaseOutput": object},
    "utils.accelerate_utils": {"apply_forward_hook": lambda f: f},
    "models": {}, "models.unets": {}, "models.autoencoders": {}, "pipelines": {}, "pipelines.deprecated": {},
    "pipelines.deprecated.wuerstchen": {},
    "models.attention_processor": {"Attention": Attention},
    "models.modeling_utils": {"ModelMixin": nn.Module},
    "models.autoencoders.vae": {"DecoderOutput": DecoderOutput, "VectorQuantizer": VectorQuantizer},
    "models.vq_model": {"VQEncoderOutput": VQEncoderOutput},
}


def install(folder):
    for name, content in {"": {}, **STUBS}.items():
        full = f"diffusers.{name}".rstrip(".")
        module = sys.modules[full] = types.ModuleType(full)
        module.__path__ = []
        vars(module).update(content)
    for name, file in FILES.items():
        spec = importlib.util.spec_from_file_location(name, Path(folder) / file)
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)


if "CASCADE_SLIM" in os.environ:
    install(os.environ["CASCADE_SLIM"])
