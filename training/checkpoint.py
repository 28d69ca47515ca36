"""Checkpoints that resume exactly: weights, moving average, optimizer, random states and counters in one file."""
import json
import os
import signal
import time

import numpy as np
import torch

from .paths import RUNS


class Average:
    """Exponential moving average of a module's parameters and floating buffers (batch norms need theirs too).

    The decay warms up, min(decay, (1 + n) / (10 + n)), so that early exports are not the initialisation."""
    def __init__(self, module, decay=0.999):
        self.decay, self.count = decay, 0
        self.state = {k: v.detach().clone() for k, v in module.state_dict().items()}

    @torch.no_grad()
    def update(self, module):
        self.count += 1
        decay = min(self.decay, (1 + self.count) / (10 + self.count))
        ours, theirs = [], []
        for k, v in module.state_dict().items():
            if v.is_floating_point():
                ours.append(self.state[k]); theirs.append(v)
            else:
                self.state[k].copy_(v)
        torch._foreach_lerp_(ours, theirs, 1 - decay)


class Run:
    """One training: its folder, its counters, its log. `modules` are averaged and saved by name."""
    def __init__(self, name, modules, optimizer, rng, every=240, decay=0.999, extra=None):
        self.dir = RUNS / name
        self.dir.mkdir(parents=True, exist_ok=True)
        self.file = self.dir / "checkpoint.pt"
        self.modules, self.optimizer, self.rng, self.every = modules, optimizer, rng, every
        self.averages = {k: Average(m, decay) for k, m in modules.items()}
        self.step = self.samples = 0
        self.extra = extra or {}  # further tensors to save, e.g. a cache of latents
        self.saved_at = time.time()
        if self.file.exists():
            self._load()
        self.stopping = False
        signal.signal(signal.SIGTERM, self._stop)  # `kill` saves first

    def _stop(self, *_):
        self.stopping = True

    def _load(self):
        c = torch.load(self.file, weights_only=False)
        for k, m in self.modules.items():
            m.load_state_dict(c["modules"][k])
            self.averages[k].state, self.averages[k].count = c["averages"][k]
        if c["optimizer"]:  # None: weights taken over from a repository's export, a fresh optimizer
            self.optimizer.load_state_dict(c["optimizer"])
        self.rng.bit_generator.state = c["numpy"]
        torch.set_rng_state(c["torch"])
        self.step, self.samples, self.extra = c["step"], c["samples"], c["extra"]

    def save(self):
        part = self.file.with_suffix(".part")
        torch.save({
            "modules": {k: m.state_dict() for k, m in self.modules.items()},
            "averages": {k: (a.state, a.count) for k, a in self.averages.items()},
            "optimizer": self.optimizer.state_dict(), "numpy": self.rng.bit_generator.state,
            "torch": torch.get_rng_state(), "step": self.step, "samples": self.samples, "extra": self.extra,
        }, part)
        os.replace(part, self.file)
        self.saved_at = time.time()

    def advance(self, batch):
        """After an optimizer step: count, average, save when due."""
        self.step += 1
        self.samples += batch
        for k, m in self.modules.items():
            self.averages[k].update(m)
        if self.stopping or time.time() - self.saved_at > self.every:
            self.save()
        if self.stopping:
            raise SystemExit("stopped and saved")

    def log(self, **values):
        line = {"time": time.strftime("%H:%M:%S", time.gmtime()), "step": self.step, "samples": self.samples, **values}
        with open(self.dir / "log.jsonl", "a") as f:
            f.write(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)


def averaged(name):
    """The averaged weights of a run: {module name: state dict}."""
    c = torch.load(RUNS / name / "checkpoint.pt", weights_only=False, map_location="cpu")
    return {k: v[0] for k, v in c["averages"].items()}


def generator(seed):
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    return np.random.default_rng(seed)


def psnr(mse):
    return float(-10 * np.log10(max(float(mse), 1e-10)))
