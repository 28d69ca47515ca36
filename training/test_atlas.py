"""Scenes composed in batches equal those of the renderer:   python -m training.test_atlas"""
import numpy as np
import torch

from .atlas import Atlas
from .captions import draw
from .data import Pictures, batch_of
from .scenes import DECOR


def main():
    rng, device = np.random.default_rng(4), torch.device("cpu")
    side, one_by_one = 256, Pictures(device, 256)
    for kinds, shape in ((("object", "tint", "shape"), (8, 8)), (("pair", "count"), (11, 6)), (("touch", "count"), (5, 12))):
        subjects = [draw(k, rng) for k in kinds for _ in range(3)]
        batch = batch_of(subjects, rng, 1.0, shape)
        names = sorted({i.name for n in range(len(subjects)) for i in batch.scene(n).items} | set(DECOR))
        at_once = Pictures(device, side)
        at_once.atlas = Atlas(device, side, names)
        for unit, windows in ((48, None), (300, rng.uniform(0, 0.3, (len(subjects), 2, 2)))):
            size = tuple(round(z * unit / 8) for z in shape) if windows is None else (96, 80)
            wanted, made = one_by_one(batch, size, unit, windows), at_once(batch, size, unit, windows)
            error = (wanted - made).abs()
            print(shape, unit, "largest difference", round(error.max().item(), 4), "mean", round(error.mean().item(), 6))
            assert wanted.shape == made.shape and error.max() < 0.03 and error.mean() < 0.001


if __name__ == "__main__":
    main()
