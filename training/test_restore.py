"""What is committed can be taken up again: every network's names and shapes fit, and resuming finds the counters.

   python -m training.test_restore
"""
import json

from safetensors import safe_open

from . import networks
from .efficientnet import Encoder, Previewer
from .judge import Judge
from .tokenizer import Tokenizer
from .weights import FOLDER, NAMES


def main():
    tok = Tokenizer()
    wanted = {"semantic": {"encoder": Encoder(), "previewer": Previewer()}, "stage_a": {"net": networks.stage_a(), "folded": networks.stage_a()},
              "stage_b": {"net": networks.stage_b()}, "judge": {"judge": Judge()},
              "stage_c": {"net": networks.stage_c(), "text": networks.text_encoder(tok.size, tok.start, tok.end)}}
    for name in NAMES:
        expected = {f"{m}/{k}": list(v.shape) for m, net in wanted[name].items() for k, v in net.state_dict().items()}
        with safe_open(FOLDER / f"{name}.safetensors", "pt") as f:
            assert {k: f.get_slice(k).get_shape() for k in f.keys()} == expected, name
            print("ok", name, json.loads(f.metadata()["seen"])["samples"], "samples")


if __name__ == "__main__":
    main()
