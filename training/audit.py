"""Sizes and cost: parameters of each part and the operations of one 1024x1024 picture with the default settings.

Counts multiply-adds of every Linear, convolution and attention by running the networks once with hooks; one
multiply-add is two operations.   python -m training.audit
"""
import torch
from torch import nn
from diffusers.models.attention_processor import Attention

from . import networks
from .export import SAMPLING, build
from .stage_b import predict as predict_b
from .stage_c import encode_text, predict as predict_c


def counted(net, call):
    total = [0]

    def linear(m, i, o):
        total[0] += o.numel() * m.in_features

    def convolution(m, i, o):
        over = i[0] if isinstance(m, nn.ConvTranspose2d) else o
        total[0] += over.numel() * m.weight[0].numel()

    def attention(m, args, kwargs, o):
        x = args[0] if args else kwargs["hidden_states"]
        kv = kwargs["encoder_hidden_states"]
        tokens = x.shape[0] * (x.shape[2] * x.shape[3] if x.dim() == 4 else x.shape[1])
        total[0] += 2 * tokens * kv.shape[1] * kv.shape[2]
    hooks = []
    for m in net.modules():
        if isinstance(m, nn.Linear):
            hooks.append(m.register_forward_hook(linear))
        elif isinstance(m, (nn.Conv2d, nn.ConvTranspose2d)):
            hooks.append(m.register_forward_hook(convolution))
        elif isinstance(m, Attention):
            hooks.append(m.register_forward_hook(attention, with_kwargs=True))
    with torch.no_grad():
        call()
    for h in hooks:
        h.remove()
    return 2 * total[0] / 1e9


def main():
    tok, nets = build(trained=False)
    x, t = torch.randn(1, 16, 24, 24), torch.ones(1)
    hidden, pooled = encode_text(nets["text_encoder"], tok, [""])
    cost = {
        "text": counted(nets["text_encoder"], lambda: encode_text(nets["text_encoder"], tok, [""])),
        "c": counted(nets["prior"], lambda: predict_c(nets["prior"], x, t, hidden, pooled)),
        "b": counted(nets["decoder"], lambda: predict_b(nets["decoder"], torch.randn(1, 4, 256, 256), t, x)),
        "a": counted(nets["vqgan"], lambda: nets["vqgan"].decode(torch.randn(1, 4, 256, 256))),
        "previewer": counted(nets["previewer"], lambda: nets["previewer"](x)),
        "encoder": counted(nets["effnet_encoder"], lambda: nets["effnet_encoder"](torch.rand(1, 3, 384, 384))),
    }
    c, b = SAMPLING["stage_c"], SAMPLING["stage_b"]
    times = {"text": 2, "c": c["steps"] * 2, "b": b["steps"] * (2 if b["guidance"] > 1 else 1), "a": 1, "previewer": 0, "encoder": 0}
    for name, n in nets.items():
        print(f"{name:16}{networks.count(n) / 1e6:8.2f} M parameters")
    for k, g in cost.items():
        print(f"{k:10} {g:8.2f} GFLOP x {times[k]}")
    print(f"a picture: {sum(cost[k] * times[k] for k in cost):.1f} GFLOP; all weights {networks.count(*nets.values()) / 1e6:.2f} M")


if __name__ == "__main__":
    main()
