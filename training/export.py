"""Writes all parts in the layouts the converter reads: diffusers folders, official single files.

   python -m training.export [--out FOLDER] [--untrained]
A part whose training has not begun is written with its first weights, so that the folder is always whole.
"""
import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

from . import configs, networks, tokenizer
from .captions import NUMBERS
from .checkpoint import averaged
from .efficientnet import Encoder, Previewer, stage_list
from .paths import EXPORT, RUNS
from .vocabulary import COLORS, EXAMPLES, OBJECTS, SHAPES

# The settings the pictures were judged with; 'x0' is the official framework's x0 target.
SAMPLING = {
    "stage_c": {"target": "x0", "sampler": "ddpm", "steps": 20, "guidance": 2.0, "rescale": 0.7, "shift": 1.0},
    "stage_b": {"target": "x0", "sampler": "ddpm", "steps": 3, "guidance": 1.0, "rescale": 0.7, "shift": 1.0},
}


def build(trained=True):
    """All networks in evaluation mode, with the averaged weights where there are any."""
    torch.manual_seed(0)
    tok = tokenizer.Tokenizer()
    nets = {"prior": networks.stage_c(), "decoder": networks.stage_b(), "vqgan": networks.stage_a(),
            "text_encoder": networks.text_encoder(tok.size, tok.start, tok.end),
            "effnet_encoder": Encoder(), "previewer": Previewer()}
    if trained:
        for run, modules in (("semantic", {"effnet_encoder": "encoder", "previewer": "previewer"}),
                             ("stage_b", {"decoder": "net"}), ("stage_c", {"prior": "net", "text_encoder": "text"})):
            if (RUNS / run / "checkpoint.pt").exists():
                states = averaged(run)
                for part, name in modules.items():
                    nets[part].load_state_dict(states[name])
        if (RUNS / "stage_a/final.pt").exists():
            nets["vqgan"].load_state_dict(torch.load(RUNS / "stage_a/final.pt"))
        elif (RUNS / "stage_a/checkpoint.pt").exists():
            nets["vqgan"].load_state_dict(averaged("stage_a")["net"])
    for n in nets.values():
        n.eval()
    return tok, nets


def single(net, path):
    save_file({k: v.contiguous() for k, v in net.state_dict().items()}, path, metadata={"format": "pt"})


def words():
    """What the page tells its users about the model's vocabulary; lies beside cascade.json."""
    return {"objects": list(OBJECTS), "shapes": list(SHAPES), "colors": list(COLORS), "numbers": list(NUMBERS.values()), "examples": EXAMPLES}


def write(out, tok, nets):
    """Into a folder beside, then swapped in: a reader never sees half an export."""
    out = Path(out)
    part = out.with_name(out.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name in ("prior", "decoder", "vqgan", "text_encoder"):
        for p in nets[name].parameters():  # channels_last is a habit of training, not of files
            p.data = p.data.contiguous()
        nets[name].save_pretrained(part / name)
    single(nets["previewer"], part / "previewer.safetensors")
    single(nets["effnet_encoder"], part / "effnet_encoder.safetensors")
    (part / "effnet_encoder.json").write_text(json.dumps(stage_list(), indent=1))
    tokenizer.write(part / "tokenizer")
    (part / "sampling.json").write_text(json.dumps(SAMPLING, indent=1))
    (part / "words.json").write_text(json.dumps(words(), indent=1) + "\n")
    old = out.with_name(out.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    part.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--out", default=None)
    p.add_argument("--untrained", action="store_true")
    a = p.parse_args()
    out = Path(a.out or (RUNS / "export-untrained" if a.untrained else EXPORT))
    tok, nets = build(trained=not a.untrained)
    write(out, tok, nets)
    for name, n in nets.items():
        print(name, networks.count(n))
    print("all", networks.count(*nets.values()), "->", out)


if __name__ == "__main__":
    main()
