"""Trains on 33 text positions what inference runs on 77, with the same result.

Captions are at most 32 tokens; the rest of CLIP's 77 positions is padding. Padding never attends to padding (it is
masked), so if all positions from 32 on share ONE embedding, their hidden states are all equal, and attention to 45
equal keys is attention to one key with log(45) added to its score. That halves the cost of a training step; the
network that is saved is the plain one (test_padding.py compares the two).
"""
import math
import types

import torch
import torch.nn.functional as F

from . import slim  # noqa: F401  before diffusers
from diffusers.models.unets.unet_stable_cascade import GlobalResponseNorm, SDCascadeAttnBlock

KEPT = 33  # positions computed in training; the last stands for all from there on
LENGTH = 77


def _attend(self, x, kv):
    """SDCascadeAttnBlock.forward with a count for each text key, and one row of keys for several noises of a caption."""
    n, c, h, w = x.shape
    attention, heads = self.attention, self.attention.heads
    tokens = self.norm(x).flatten(2).transpose(1, 2)
    text = self.kv_mapper(kv)
    draws = n // text.shape[0]

    def split(z):
        return z.unflatten(-1, (heads, -1)).transpose(1, 2)

    def keys(project):
        return split(torch.cat([project(tokens), project(text).repeat_interleave(draws, 0)], 1))
    bias = x.new_zeros(1, 1, 1, h * w + text.shape[1])
    bias[..., h * w + KEPT - 1] = math.log(LENGTH - KEPT + 1)
    out = F.scaled_dot_product_attention(split(attention.to_q(tokens)), keys(attention.to_k), keys(attention.to_v), attn_mask=bias)
    out = attention.to_out[0](out.transpose(1, 2).flatten(2))
    return x + out.transpose(1, 2).reshape(n, c, h, w)


def _respond(self, x):
    """GlobalResponseNorm.forward by a plain sum of squares: torch.norm over two axes is ten times slower here."""
    norm = x.square().sum((1, 2), keepdim=True).clamp(min=1e-12).sqrt()
    return torch.addcmul(self.beta + x, self.gamma * x, norm / (norm.mean(-1, keepdim=True) + 1e-6))


def quicken(net):
    for m in net.modules():
        if isinstance(m, GlobalResponseNorm):
            m.forward = types.MethodType(_respond, m)
    return net


def shorten(net):
    """Makes a Stage C take KEPT text positions in place of 77."""
    quicken(net)
    for m in net.modules():
        if isinstance(m, SDCascadeAttnBlock):
            m.forward = types.MethodType(_attend, m)
    return net


@torch.no_grad()
def tie_positions(text):
    """All positions from KEPT - 1 on take the embedding of the first of them. After every change of the weights that is
    saved or averaged; training itself only ever sees the first KEPT."""
    table = next(v for k, v in text.named_parameters() if k.endswith("position_embedding.weight"))
    table[KEPT - 1:] = table[KEPT - 1]
