"""A bfloat16 copy of a network that does the forward and backward passes; the weights themselves stay float32.

Matrix products take half the time on processors that know bfloat16. Autocast would cast every weight at every use; here a
step casts them once. The time is embedded in float32: bfloat16 cannot tell 0.99 from 0.992.
"""
import copy

import torch


class Half:
    def __init__(self, net):
        self.master = [p for p in net.parameters() if p.requires_grad]
        self.net = copy.deepcopy(net).bfloat16()
        embed = type(net).get_timestep_ratio_embedding
        self.net.get_timestep_ratio_embedding = lambda t: embed(self.net, t.float()).bfloat16()
        self.copies = [p for p in self.net.parameters() if p.requires_grad]

    @torch.no_grad()
    def refresh(self):
        """Before a step: the copy takes the weights."""
        torch._foreach_copy_(self.copies, self.master)

    @torch.no_grad()
    def collect(self):
        """After backward: the weights take the copy's gradients."""
        for weight, half in zip(self.master, self.copies):
            weight.grad = half.grad.float() if half.grad is not None else None
            half.grad = None
