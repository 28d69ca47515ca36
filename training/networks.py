"""Builds the networks from diffusers' and transformers' own classes, initialised as the official code does."""
import math

import torch
from torch import nn

from . import slim  # noqa: F401  before diffusers
from diffusers.models.unets.unet_stable_cascade import SDCascadeResBlock, SDCascadeTimestepBlock, StableCascadeUNet
from diffusers.pipelines.deprecated.wuerstchen.modeling_paella_vq_model import MixingResidualBlock, PaellaVQModel

from . import configs


def _initialise(net):
    """The official initialisation, which diffusers' class holds but never calls: xavier; the last convolution and the
    time blocks zero; each residual MLP's last layer scaled down by the number of blocks; mappers small."""
    for m in net.modules():
        if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
            nn.init.xavier_uniform_(m.weight)
            if m.bias is not None:
                nn.init.zeros_(m.bias)
    for name in ("clip_txt_pooled_mapper", "clip_txt_mapper", "clip_img_mapper"):
        if hasattr(net, name):
            nn.init.normal_(getattr(net, name).weight, std=0.02)
    for name in ("effnet_mapper", "pixels_mapper"):
        if hasattr(net, name):
            nn.init.normal_(getattr(net, name)[0].weight, std=0.02)
            nn.init.normal_(getattr(net, name)[2].weight, std=0.02)
    blocks = sum(net.config.down_num_layers_per_block)
    for m in net.modules():
        if isinstance(m, SDCascadeResBlock):
            m.channelwise[-1].weight.data *= math.sqrt(1 / blocks)
        elif isinstance(m, SDCascadeTimestepBlock):
            for name in ["mapper"] + [f"mapper_{c}" for c in m.conds]:
                nn.init.zeros_(getattr(m, name).weight)
    nn.init.zeros_(net.clf[1].weight)
    return net


def stage_c():
    return _initialise(StableCascadeUNet(**configs.STAGE_C))


def stage_b():
    """Stage B has no attention here, so the pooled text reaches nothing; its mapper is zero and stays so."""
    net = _initialise(StableCascadeUNet(**configs.STAGE_B))
    nn.init.zeros_(net.clip_txt_pooled_mapper.weight)
    net.clip_txt_pooled_mapper.requires_grad_(False)
    return net


def text_encoder(vocab_size, start, end):
    """transformers' class, as it is exported; training has its own (text.py)."""
    from transformers import CLIPTextConfig, CLIPTextModelWithProjection
    torch_config = CLIPTextConfig(**configs.TEXT, vocab_size=vocab_size, bos_token_id=start, eos_token_id=end, pad_token_id=end)
    return CLIPTextModelWithProjection(torch_config)


def stage_a():
    net = PaellaVQModel(**configs.STAGE_A)
    for m in net.modules():
        if isinstance(m, MixingResidualBlock):  # all six at zero, as the class has it, is a block that never wakes
            m.gammas.data[2] = m.gammas.data[5] = 0.5
    return net


def count(*nets):
    return sum(p.numel() for n in nets for p in n.parameters())
