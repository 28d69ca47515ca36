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
        self.decay, self.count, self.pairs = decay, 0, None
        self.state = {k: v.detach().clone() for k, v in module.state_dict().items()}

    @torch.no_grad()
    def update(self, module):
        self.count += 1
        decay = min(self.decay, (1 + self.count) / (10 + self.count))
        if self.pairs is None or self.pairs[0] is not self.state:
            both = [(self.state[k], v) for k, v in module.state_dict().items()]
            self.pairs = self.state, [p for p in both if p[1].is_floating_point()], [p for p in both if not p[1].is_floating_point()]
        _, floats, others = self.pairs
        for ours, theirs in others:
            ours.copy_(theirs)
        torch._foreach_lerp_([p[0] for p in floats], [p[1] for p in floats], 1 - decay)


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
        self.deliver = None  # called at each saving
        self.saved_at = time.time()
        if self.file.exists():
            self._load()
        self.begun = self.step if not self.optimizer.state else 0  # a fresh optimizer warms up
        self.stopping = False
        signal.signal(signal.SIGTERM, self._stop)  # `kill` saves first

    def _stop(self, *_):
        self.stopping = True

    def _load(self):
        c = torch.load(self.file, weights_only=False, map_location="cpu")
        for k, m in self.modules.items():
            m.load_state_dict(c["modules"][k])
            state, self.averages[k].count = c["averages"][k]
            self.averages[k].state = {n: v.to(m.state_dict()[n].device, copy=True) for n, v in state.items()}
        if c["optimizer"]:  # None: weights taken over from a repository's export, a fresh optimizer
            self.optimizer.load_state_dict(c["optimizer"])
        self.rng.bit_generator.state = c["numpy"]
        torch.set_rng_state(c["torch"])
        if c.get("cuda") is not None and torch.cuda.is_available():
            torch.cuda.set_rng_state(c["cuda"])
        self.step, self.samples, self.extra = c["step"], c["samples"], c["extra"]

    def save(self):
        part = self.file.with_suffix(".part")
        torch.save({
            "modules": {k: m.state_dict() for k, m in self.modules.items()},
            "averages": {k: (a.state, a.count) for k, a in self.averages.items()},
            "optimizer": self.optimizer.state_dict(), "numpy": self.rng.bit_generator.state,
            "torch": torch.get_rng_state(), "cuda": torch.cuda.get_rng_state() if torch.cuda.is_available() else None, "step": self.step, "samples": self.samples, "extra": self.extra,
        }, part)
        os.replace(part, self.file)
        if self.deliver:
            self.deliver()
        self.saved_at = time.time()

    def whole(self):
        """Whether all weights are finite numbers; what is not, is not saved: the last saving is taken up again."""
        if all(bool(torch.isfinite(torch.stack(torch._foreach_norm(list(m.parameters())))).all()) for m in self.modules.values()):
            return True
        print(f"{self.dir.name}: not a number at step {self.step}; back to the last saving", flush=True)
        self.optimizer.state.clear()
        self._load()
        self.begun = self.step
        return False

    def advance(self, batch):
        """After an optimizer step: count, average, save when due."""
        self.step += 1
        self.samples += batch
        for k, m in self.modules.items():
            self.averages[k].update(m)
        if self.stopping or time.time() - self.saved_at > self.every:
            if self.whole():
                self.save()
        if self.stopping:
            raise SystemExit("stopped and saved")

    def log(self, **values):
        line = {"run": self.dir.name, "time": time.strftime("%H:%M:%S", time.gmtime()), "step": self.step, "samples": self.samples, **values}
        with open(self.dir / "log.jsonl", "a") as f:
            f.write(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)


def steps_of(name):
    """How many steps a run has taken, before it is taken up."""
    file = RUNS / name / "checkpoint.pt"
    return torch.load(file, weights_only=False, map_location="cpu")["step"] if file.exists() else 0


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
