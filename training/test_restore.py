"""What is committed can be taken up again: every network's names and shapes fit, and resuming finds the counters.

   python -m training.test_restore
"""
from safetensors import safe_open

from . import networks
from .efficientnet import Encoder, Previewer
from .judge import Judge
from .tokenizer import Tokenizer
from .weights import FOLDER, NAMES, known


def main():
    tok = Tokenizer()
    wanted = {"semantic": {"encoder": Encoder(), "previewer": Previewer()}, "stage_a": {"net": networks.stage_a(), "folded": networks.stage_a()},
              "stage_b": {"net": networks.stage_b()}, "judge": {"judge": Judge()},
              "stage_c": {"net": networks.stage_c(), "text": networks.text_encoder(tok.size, tok.start, tok.end)}}
    found = {name: (modules, seen) for name, modules, seen in known()}
    assert set(found) == set(NAMES)
    for name, (modules, seen) in found.items():
        expected = {m: {k: v.shape for k, v in net.state_dict().items()} for m, net in wanted[name].items()}
        assert not modules or {m: {k: v.shape for k, v in state.items()} for m, state in modules.items()} == expected, name
        print("ok" if modules else "begins anew:", name, seen["samples"], "samples")
    # an earlier vocabulary's rows are where its tokens are now
    with safe_open(FOLDER / "stage_c.safetensors", "pt") as f:
        old = f.get_tensor("text/text_model.embeddings.token_embedding.weight").float()
    new = found["stage_c"][0]["text"]["text_model.embeddings.token_embedding.weight"]
    assert new[:len(old) - 2].equal(old[:-2]) and new[-2:].equal(old[-2:])


if __name__ == "__main__":
    main()
