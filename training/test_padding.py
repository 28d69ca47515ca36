"""The shortened text of training gives what 77 positions give, and its text encoder what transformers' gives:   python -m training.test_padding"""
import copy

import torch

from . import networks
from .padding import KEPT, shorten, tie_positions
from .stage_c import encode_text, predict
from .text import Text
from .tokenizer import Tokenizer


def main():
    torch.manual_seed(0)
    tok = Tokenizer()
    net, text = networks.stage_c().eval(), networks.text_encoder(tok.size, tok.start, tok.end).eval()
    for p in net.parameters():  # the initialisation's zeros would hide differences
        p.data += 0.02 * torch.randn_like(p)
    tie_positions(text)
    short = shorten(copy.deepcopy(net))
    x, t = torch.randn(4, 16, 24, 24), torch.tensor([0.9, 0.5, 0.2, 0.99])
    captions = ["an owl on a red background", ""]
    with torch.no_grad():
        full = predict(net, x, t, *(z.repeat_interleave(2, 0) for z in encode_text(text, tok, captions)))
        less = predict(short, x, t, *encode_text(text, tok, captions, KEPT))
    ours = Text(tok.size, tok.end)
    ours.load_state_dict(text.state_dict())
    with torch.no_grad():
        for a, b in zip(encode_text(text, tok, captions), encode_text(ours, tok, captions)):
            assert (a - b).abs().max() < 1e-4 * a.abs().max()
    error = (full - less).abs().max().item()
    print("largest difference", error, "of", full.abs().max().item())
    assert error < 1e-4 * full.abs().max().item()


if __name__ == "__main__":
    main()
