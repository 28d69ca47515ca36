"""What a training runs on, and for how long: one code for processors and GPUs."""
import argparse
import os
import time

import torch

BEGAN = float(os.environ.get("CASCADE_BEGAN", time.time()))  # when the command began that has so many seconds


def machine():
    if not torch.cuda.is_available():
        return torch.device("cpu")
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cuda.enable_cudnn_sdp(False)  # masks of odd lengths are new to it
    return torch.device("cuda")


def arguments(samples, batch, rate, gpu_batch, gpu_rate, **more):
    """The common ones; batch and rate are the device's if they are not said."""
    p = argparse.ArgumentParser()
    p.add_argument("--samples", type=int, default=samples)
    p.add_argument("--seconds", type=float, help="train until so long after the start, in place of a number of samples")
    p.add_argument("--batch", type=int)
    p.add_argument("--rate", type=float)
    p.add_argument("--workers", type=int, help="processes that draw what comes next (on a GPU 3)")
    p.add_argument("--share", type=float, default=1.0, help="of the time; the rest it sleeps, where a GPU is shared")
    p.add_argument("--deliver", help="folder that is given the averaged weights at each saving")
    for name, (kind, value, text) in more.items():
        p.add_argument(f"--{name}", type=kind, default=value, help=text)
    a = p.parse_args()
    a.device = machine()
    gpu = a.device.type != "cpu"
    a.batch = a.batch or (gpu_batch if gpu else batch)
    a.rate = a.rate or (gpu_rate if gpu else rate)
    a.workers = (3 if gpu else 0) if a.workers is None else a.workers
    print(f"imported after {time.time() - BEGAN:.1f} s; {a.device}", flush=True)
    return a


class Clock:
    """How much of a training is done, by samples or by seconds; and the pauses of one that shares its device."""
    def __init__(self, a):
        self.seconds, self.samples, self.share, self.device = a.seconds, a.samples, a.share, a.device
        self.first, self.paused, self.busy = None, 0.0, time.time()

    def done(self, run):
        """0 to 1."""
        if self.seconds is None:
            return run.samples / self.samples
        self.first = time.time() - BEGAN if self.first is None else self.first
        return (time.time() - BEGAN - self.first) / max(1e-6, self.seconds - self.first)

    def pause(self):
        """Every few steps: sleeps so long that `share` of the time is worked."""
        if self.share < 1 and time.time() - self.busy > 0.05:
            if self.device.type != "cpu":
                torch.cuda.synchronize()
            time.sleep((time.time() - self.busy) * (1 / self.share - 1))
            self.busy = time.time()


class Careful:
    """Takes steps; what a GPU refuses, is tried again in a simpler way, so that a training does not end at its first step."""
    def __init__(self, step):
        self.step, self.plain, self.part = step, False, 1

    def __call__(self, batch):
        try:
            return self.step(batch.part(0, len(batch.sprite) // self.part))
        except torch.OutOfMemoryError:
            if self.part >= 8:
                raise
            self.part *= 2
            print(f"out of memory: from now on a batch is {len(batch.sprite) // self.part} scenes", flush=True)
            torch.cuda.empty_cache()
        except RuntimeError as error:
            if self.plain:
                raise
            self.plain = True
            print(f"{type(error).__name__}: {error}; from now on attention by plain products", flush=True)
            torch.backends.cuda.enable_flash_sdp(False)
            torch.backends.cuda.enable_mem_efficient_sdp(False)
        return self(batch)


def rate(a, run, done, hold=0.5, warm=200):
    """Warms up, holds, then falls to almost nothing."""
    return a.rate * min(1, (run.step + 1 - run.begun) / warm) * min(1, max(0.01, (1 - done) / (1 - hold)))


class Means:
    """Means by name, kept on the device until they are logged."""
    def __init__(self, device, names):
        self.names, self.sums = names, torch.zeros(len(names), 2, device=device)

    def add(self, which, values):
        """which: index [N] (less than 0: not counted), values [N]"""
        seen = (which >= 0).float()
        self.sums.index_add_(0, which.clamp(min=0), torch.stack([values.detach().float() * seen, seen], 1))

    def take(self, digits=4):
        sums = self.sums.tolist()
        self.sums.zero_()
        return {n: round(s / c, digits) for n, (s, c) in zip(self.names, sums) if c}
