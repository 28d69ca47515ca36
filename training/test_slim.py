"""The networks of slim.py are diffusers' own: same tensors, same outputs.   python -m training.test_slim"""
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SHOW = """
import sys, torch
from training import networks, padding
torch.manual_seed(0)
b, c, a = networks.stage_b(), padding.shorten(networks.stage_c()), networks.stage_a().eval()
for n in (a, b, c):
    for i, (k, p) in enumerate(sorted(n.named_parameters())):
        p.data = 0.05 * torch.randn(p.shape, generator=torch.Generator().manual_seed(i))
from training.stage_c import predict as pc
from training.stage_b import predict as pb
g = torch.Generator().manual_seed(1)
r = lambda *s: torch.randn(*s, generator=g)
with torch.no_grad():
    outs = [pc(c, r(2, 16, 18, 33), torch.tensor([0.9, 0.3]), r(1, padding.KEPT, 192), r(1, 1, 192)),
            pb(b, r(1, 4, 64, 96), torch.tensor([0.5]), r(1, 16, 6, 9)), a.decode(a.encode(r(1, 3, 64, 64)).latents).sample]
print([sorted(n.state_dict()) for n in (a, b, c)], [[round(z.double().std().item(), 5), round(z.double().sum().item(), 3)] for z in outs])
"""


def main():
    with tempfile.TemporaryDirectory() as folder:
        found = Path(importlib.util.find_spec("diffusers").submodule_search_locations[0])
        for f in ("models/unets/unet_stable_cascade.py", "pipelines/deprecated/wuerstchen/modeling_paella_vq_model.py"):
            (Path(folder) / Path(f).name).write_bytes((found / f).read_bytes())
        shown = [subprocess.run([sys.executable, "-c", SHOW], env={**os.environ, **more}, check=True, capture_output=True, text=True).stdout
                 for more in ({}, {"CASCADE_SLIM": folder})]
    assert shown[0] == shown[1] and len(shown[0]) > 1000
    print("ok slim networks", shown[0][-120:])


if __name__ == "__main__":
    main()
