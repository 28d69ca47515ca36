"""Muon (Jordan 2024): momentum, then the nearest orthogonal matrix as update, for matrices and convolutions; AdamW for
the rest. For small networks on large pictures the extra cost is nothing and each step is worth several of AdamW's.
"""
import torch


def orthogonal(g, steps=5):
    """Newton-Schulz iteration with the published quintic coefficients; g is [rows, columns]."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = (g / (g.norm() + 1e-7)).bfloat16()  # twice as fast, and exact enough for a direction
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    for _ in range(steps):
        s = x @ x.T
        x = a * x + (b * s + c * s @ s) @ x
    return (x.T if tall else x).float()


class Muon(torch.optim.Optimizer):
    """The update's root mean square is 0.2 as AdamW's tends to be, so both share a learning rate."""
    def __init__(self, weights, lr, momentum=0.9, betas=(0.9, 0.98), weight_decay=0.0, tables=(), iterations=5):
        self.iterations = iterations
        tables = {id(w) for w in tables}  # embeddings: rows, not a map

        def matrix(w):  # depthwise kernels are no matrix
            return w.dim() >= 2 and w.shape[1] > 1 and w.shape[0] > 3 and w.numel() > max(w.shape) and id(w) not in tables
        weights = [w for w in weights if w.requires_grad]
        groups = [{"params": [w for w in weights if matrix(w)], "matrix": True},
                  {"params": [w for w in weights if not matrix(w)], "matrix": False}]
        super().__init__(groups, dict(lr=lr, momentum=momentum, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for g in self.param_groups:
            for w in g["params"]:
                if w.grad is None:
                    continue
                state = self.state[w]
                if not state:
                    state["count"], state["first"] = 0, torch.zeros_like(w)
                    if not g["matrix"]:
                        state["second"] = torch.zeros_like(w)
                state["count"] += 1
                if g["matrix"]:
                    state["first"].mul_(g["momentum"]).add_(w.grad)
                    update = w.grad + g["momentum"] * state["first"]  # Nesterov
                    flat = update.reshape(update.shape[0], -1)
                    step = orthogonal(flat, self.iterations).reshape(update.shape) * (0.2 * max(flat.shape) ** 0.5)
                else:
                    one, two = g["betas"]
                    state["first"].lerp_(w.grad, 1 - one)
                    state["second"].lerp_(w.grad.square(), 1 - two)
                    n = state["count"]
                    step = (state["first"] / (1 - one ** n)) / ((state["second"] / (1 - two ** n)).sqrt() + 1e-8)
                w.mul_(1 - g["lr"] * g["weight_decay"]).sub_(step, alpha=g["lr"])
