"""The diffusion both stages are trained in: cosine schedule, x0 target (the official framework's names).

a, b = sqrt(alpha_bar), sqrt(1 - alpha_bar); x = a x0 + b epsilon, so epsilon = (x - a x0) / b.

Why x0: a token here is 64 to 144 numbers and barely as many channels carry it. Epsilon and v both ask the network to
pass that noise through exactly; what it can't, stays in the picture as noise. x0 asks for the clean latent alone.
"""
import math

import torch

S = 0.008  # the cosine schedule's offset
CLAMP = 1e-4


def alpha_bar(t):
    a = torch.cos((t + S) / (1 + S) * math.pi / 2) ** 2 / math.cos(S / (1 + S) * math.pi / 2) ** 2
    return a.clamp(CLAMP, 1 - CLAMP)


def shifted(abar, shift):
    """Moves log(alpha_bar / (1 - alpha_bar)) by 2 log(1 / shift): shift 2 spends more steps on high noise."""
    return torch.sigmoid(torch.logit(abar.double()) + 2 * math.log(1 / shift)).clamp(CLAMP, 1 - CLAMP).to(abar.dtype)


def time_of(abar):
    """What the network is told: the cosine schedule's inverse at this alpha_bar."""
    c0 = math.cos(S / (1 + S) * math.pi / 2) ** 2
    return torch.acos((abar * c0).sqrt().clamp(0, 1)) / (math.pi / 2) * (1 + S) - S


def scales(abar):
    return abar.sqrt()[:, None, None, None], (1 - abar).sqrt()[:, None, None, None]


def noisy(x0, t):
    """-> x, the weight of each sample's squared x0 error, the network's time.
    The weight is that of a v loss, 1 / b^2, kept finite: little noise is the place to be exact."""
    abar = alpha_bar(t)
    a, b = scales(abar)
    return a * x0 + b * torch.randn_like(x0), 1 / (1 - abar + 0.05), time_of(abar)


@torch.no_grad()
def sample(predict, noise, steps, shift=1.0, eta=1.0):
    """Ancestral DDPM (eta 1) or DDIM (eta 0), as the official `gdf` sampler; the last step gives x0 itself.
    predict(x, time [N]) -> x0; noise() -> a fresh draw of the latent's shape (the first one is where it starts)."""
    grid = shifted(alpha_bar(torch.linspace(1, 0, steps + 1)), shift)
    x = noise()
    n = x.shape[0]
    for i in range(steps):
        abar, prev = grid[i].expand(n), grid[i + 1].expand(n)
        a, b = scales(abar)
        a_prev, b_prev = scales(prev)
        x0 = predict(x, time_of(abar))
        epsilon = (x - a * x0) / b
        if i == steps - 1:
            return x0
        sigma = eta * (b_prev / b) * (1 - a ** 2 / a_prev ** 2).clamp(min=0).sqrt()
        x = a_prev * x0 + (b_prev ** 2 - sigma ** 2).clamp(min=0).sqrt() * epsilon
        if eta > 0:
            x = x + sigma * noise()
    return x


def guide(conditional, unconditional, scale, rescale=0.7):
    """Classifier-free guidance with the official rescale: keeps the conditional prediction's deviation."""
    guided = unconditional + scale * (conditional - unconditional)
    std = lambda z: z.flatten(1).std(1)[:, None, None, None]
    return rescale * guided * std(conditional) / std(guided) + (1 - rescale) * guided
