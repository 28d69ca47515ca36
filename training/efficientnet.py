"""The semantic encoder: EfficientNetV2 with torchvision's module names, a 1x1 mapper and a batch norm without affine.

Same structure as Stable Cascade's effnet encoder, narrower; so its tensors carry the same names and the official
file's reader reads them. Sees 384 pixels, gives 16x12x12, doubled by repetition to Stage C's 16x24x24.
"""
import torch
from torch import nn
import torch.nn.functional as F

from . import configs

MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)


def conv(c_in, c_out, kernel, eps, stride=1, groups=1, act=True):
    layers = [nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(c_out, eps=eps)]
    return nn.Sequential(*layers, nn.SiLU(inplace=True)) if act else nn.Sequential(*layers)


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.fc1, self.fc2 = nn.Conv2d(channels, squeezed, 1), nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.fc2(F.silu(self.fc1(x.mean((2, 3), keepdim=True)))))


class Block(nn.Module):
    """Fused or plain inverted bottleneck. Squeeze width is a quarter of the block's INPUT channels (torchvision)."""
    def __init__(self, kind, expansion, stride, c_in, c_out, eps):
        super().__init__()
        wide = c_in * expansion
        if kind == "fused" and expansion == 1:
            layers = [conv(c_in, c_out, 3, eps, stride)]
        elif kind == "fused":
            layers = [conv(c_in, wide, 3, eps, stride), conv(wide, c_out, 1, eps, act=False)]
        else:
            layers = [conv(c_in, wide, 1, eps), conv(wide, wide, 3, eps, stride, groups=wide),
                      SqueezeExcitation(wide, max(1, c_in // 4)), conv(wide, c_out, 1, eps, act=False)]
        self.block = nn.Sequential(*layers)
        self.residual = stride == 1 and c_in == c_out

    def forward(self, x):
        return x + self.block(x) if self.residual else self.block(x)


class Encoder(nn.Module):
    def __init__(self, config=configs.ENCODER):
        super().__init__()
        eps = config["norm_eps"]
        stages = [conv(3, config["stem"], 3, eps, 2)]
        for kind, expansion, stride, c_in, c_out, repeats in config["stages"]:
            stages.append(nn.Sequential(*[
                Block(kind, expansion, stride if i == 0 else 1, c_in if i == 0 else c_out, c_out, eps)
                for i in range(repeats)]))
        stages.append(conv(config["stages"][-1][4], config["last_channel"], 1, eps))
        self.backbone = nn.Sequential(*stages)
        self.mapper = nn.Sequential(nn.Conv2d(config["last_channel"], 16, 1, bias=False), nn.BatchNorm2d(16, affine=False))
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(1, 3, 1, 1), persistent=False)

    def forward(self, pixels):
        """[N, 3, 384, 384] in 0..1 -> [N, 16, 12, 12]"""
        return self.mapper(self.backbone((pixels - self.mean) / self.deviation))


def double(latent):
    """[N, 16, 12, 12] -> [N, 16, 24, 24] by repetition."""
    return F.interpolate(latent, scale_factor=2, mode="nearest")


def stage_list(config=configs.ENCODER):
    """The description that lies beside the weights (effnet_encoder.json)."""
    return {"stem": config["stem"], "last_channel": config["last_channel"], "norm_eps": config["norm_eps"],
            "stages": [f"{k}({e},k3,s{s},{i}->{o},x{r})" for k, e, s, i, o, r in config["stages"]]}


class Previewer(nn.Module):
    """Stable Cascade's previewer, narrower: [N, 16, 24, 24] -> [N, 3, 192, 192] in 0..1."""
    def __init__(self, widths=configs.PREVIEWER["widths"]):
        super().__init__()
        w = widths
        def after(layer, c):
            return [layer, nn.GELU(), nn.BatchNorm2d(c)]
        self.blocks = nn.Sequential(
            nn.Conv2d(16, w[0], 1), nn.GELU(), nn.BatchNorm2d(w[0]),
            *after(nn.Conv2d(w[0], w[0], 3, padding=1), w[0]),
            *after(nn.ConvTranspose2d(w[0], w[1], 2, 2), w[1]), *after(nn.Conv2d(w[1], w[1], 3, padding=1), w[1]),
            *after(nn.ConvTranspose2d(w[1], w[2], 2, 2), w[2]), *after(nn.Conv2d(w[2], w[2], 3, padding=1), w[2]),
            *after(nn.ConvTranspose2d(w[2], w[3], 2, 2), w[3]), *after(nn.Conv2d(w[3], w[4], 3, padding=1), w[4]),
            nn.Conv2d(w[4], 3, 1))

    def forward(self, latent):
        return self.blocks(latent)
