"""A run cut and resumed ends where an uncut run ends, bit for bit:   python -m training.test_resume"""
import tempfile
from pathlib import Path

import torch

from . import checkpoint
from .checkpoint import Run, generator


def steps(folder, n):
    checkpoint.RUNS = Path(folder)
    rng = generator(0)
    net = torch.nn.Linear(4, 4)
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.1)
    run = Run("r", {"net": net}, optimizer, rng)
    while run.step < n:
        x = torch.from_numpy(rng.normal(size=(8, 4))).float() + torch.randn(8, 4)
        loss = (net(x) - x).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        run.advance(8)
    run.save()
    return net.weight.detach().clone(), run.averages["net"].state["weight"].clone()


def main():
    with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b:
        whole = steps(a, 20)
        steps(b, 7)
        cut = steps(b, 20)
        assert all(torch.equal(x, y) for x, y in zip(whole, cut))
    print("ok resume is exact")


if __name__ == "__main__":
    main()
