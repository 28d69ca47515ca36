"""Muon (Jordan 2024): momentum, then the nearest orthogonal matrix as update, for matrices and convolutions; AdamW for
the rest. For small networks on large pictures the extra cost is nothing and each step is worth several of AdamW's.
"""
import torch


def orthogonal(g, steps=5):
    """Newton-Schulz iteration with the published quintic coefficients; g is [..., rows, columns]."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = (g / (g.square().sum((-2, -1), keepdim=True).sqrt() + 1e-7)).bfloat16()  # twice as fast, and exact enough for a direction
    tall = x.shape[-2] > x.shape[-1]
    x = x.mT if tall else x
    for _ in range(steps):
        s = x @ x.mT
        x = a * x + (b * s + c * s @ s) @ x
    return (x.mT if tall else x).float()


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

    def _state(self, w, matrix):
        state = self.state[w]
        if not state:
            state["count"], state["first"] = 0, torch.zeros_like(w)
            if not matrix:
                state["second"] = torch.zeros_like(w)
        state["count"] += 1
        return state

    @torch.no_grad()
    def step(self):
        """All weights at once; on a GPU matrices of one shape are made orthogonal in one batch."""
        for g in self.param_groups:
            ws = [w for w in g["params"] if w.grad is not None]
            if not ws:
                continue
            grads, states = [w.grad for w in ws], [self._state(w, g["matrix"]) for w in ws]
            first = [s["first"] for s in states]
            if g["matrix"]:
                torch._foreach_mul_(first, g["momentum"])
                torch._foreach_add_(first, grads)
                updates = [u.reshape(len(u), -1) for u in torch._foreach_add(grads, first, alpha=g["momentum"])]  # Nesterov
                alike = {}
                for i, u in enumerate(updates):
                    alike.setdefault(tuple(u.shape) if u.device.type != "cpu" else i, []).append(i)
                steps = [None] * len(ws)
                for which in alike.values():
                    made = orthogonal(torch.stack([updates[i] for i in which]) if len(which) > 1 else updates[which[0]][None], self.iterations)
                    for i, m in zip(which, made * (0.2 * max(made.shape[1:]) ** 0.5)):
                        steps[i] = m.reshape(ws[i].shape)
            else:
                one, two = g["betas"]
                second = [s["second"] for s in states]
                torch._foreach_lerp_(first, grads, 1 - one)
                torch._foreach_mul_(second, two)
                torch._foreach_addcmul_(second, grads, grads, 1 - two)
                root = torch._foreach_sqrt(torch._foreach_div(second, [1 - two ** s["count"] for s in states]))
                torch._foreach_add_(root, 1e-8)
                steps = torch._foreach_div(torch._foreach_div(first, [1 - one ** s["count"] for s in states]), root)
            torch._foreach_mul_(ws, 1 - g["lr"] * g["weight_decay"])
            torch._foreach_add_(ws, steps, alpha=-g["lr"])
