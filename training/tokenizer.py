"""The embedded model's own tokenizer, in CLIP's form: byte-pair, lower-cased, `</w>` at a word's end.

All 256 bytes are in it, so any text has tokens; every word of vocabulary.py is a single one.
   python -m training.tokenizer OUT_FOLDER
"""
import json
import sys
from collections import Counter
from pathlib import Path

from .vocabulary import every_word, later_words

START, END, LENGTH = "<|startoftext|>", "<|endoftext|>", 77
SPLIT = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def byte_letters():
    """GPT-2's printable stand-in for each byte, in CLIP's order."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters, n = {b: chr(b) for b in kept}, 0
    for b in range(256):
        if b not in letters:
            letters[b] = chr(256 + n)
            n += 1
    return letters


def join(pieces, pair):
    """A word's pieces after one merge."""
    out, i = [], 0
    while i < len(pieces):
        if tuple(pieces[i:i + 2]) == pair:
            out.append(pieces[i] + pieces[i + 1])
            i += 2
        else:
            out.append(pieces[i])
            i += 1
    return out


def learn_merges(words, known=(), most=1):
    """Merges by pair frequency (ties by first seen), until every word has at most so many pieces. `known` merges come
    first and stay first, so what they make of a word never changes."""
    pieces = {w: [*w[:-1], w[-1] + "</w>"] for w in words}
    rank = {m: i for i, m in enumerate(known)}
    for w in words if rank else ():
        while found := [rank[p] for p in zip(pieces[w], pieces[w][1:]) if p in rank]:
            pieces[w] = join(pieces[w], known[min(found)])
    merges = []
    while True:
        pairs = Counter(p for s in pieces.values() if len(s) > most for p in zip(s, s[1:]))
        if not pairs:
            return merges
        best = max(pairs, key=lambda p: pairs[p])
        merges.append(best)
        for w, s in pieces.items():
            pieces[w] = join(s, best)


def vocabulary_and_merges():
    letters = list(byte_letters().values())
    letters = sorted(letters, key=lambda c: (ord(c) > 255, ord(c)))
    merges = learn_merges(every_word())
    merges += learn_merges(later_words(), merges, most=2)
    tokens = letters + [c + "</w>" for c in letters] + ["".join(m) for m in merges]
    assert len(set(tokens)) == len(tokens)
    return {t: i for i, t in enumerate(tokens + [START, END])}, merges


def tokenizer_json():
    vocab, merges = vocabulary_and_merges()
    special = dict(single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": vocab[t], "content": t, **special} for t in (START, END)],
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "NFC"}, {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "}, {"type": "Lowercase"}]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": SPLIT}, "behavior": "Removed", "invert": True},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}]},
        "post_processor": {"type": "RobertaProcessing", "sep": [END, vocab[END]], "cls": [START, vocab[START]],
                           "trim_offsets": False, "add_prefix_space": False},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": END, "continuing_subword_prefix": "",
                  "end_of_word_suffix": "</w>", "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                  "vocab": vocab, "merges": [list(m) for m in merges]},
    }


CONFIG = {"backend": "tokenizers", "bos_token": START, "eos_token": END, "model_max_length": LENGTH, "pad_token": END,
          "tokenizer_class": "CLIPTokenizer", "unk_token": END}


def write(folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    full = tokenizer_json()
    (folder / "tokenizer.json").write_text(json.dumps(full, ensure_ascii=False, indent=1))
    (folder / "tokenizer_config.json").write_text(json.dumps(CONFIG, indent=1))
    (folder / "vocab.json").write_text(json.dumps(full["model"]["vocab"], ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(" ".join(m) for m in full["model"]["merges"]) + "\n")


class Tokenizer:
    """Captions -> ids and mask [N, 77]; one end token closes the text, the padding is end tokens too."""
    def __init__(self):
        from tokenizers import Tokenizer as Fast
        self.fast = Fast.from_str(json.dumps(tokenizer_json()))
        self.start, self.end = self.fast.token_to_id(START), self.fast.token_to_id(END)
        self.size = self.fast.get_vocab_size()
        self.known = {}

    def ids(self, text, kept):
        """The same ids by words, each looked up once (captions are many, their words few); None unless one more than the
        closing end has room: the last of the positions kept is always padding."""
        out = [self.start]
        for w in text.split():
            if w not in self.known:
                self.known[w] = self.fast.encode(w).ids[1:-1]
            out += self.known[w]
        return out + [self.end] * (kept - len(out)) if len(out) < kept - 1 else None

    def __call__(self, captions):
        import torch
        ids = torch.full((len(captions), LENGTH), self.end)
        mask = torch.zeros(len(captions), LENGTH, dtype=torch.long)
        for row, text in enumerate(captions):
            tokens = self.fast.encode(text).ids
            tokens = tokens if len(tokens) <= LENGTH else tokens[:LENGTH - 1] + [self.end]
            ids[row, :len(tokens)] = torch.tensor(tokens)
            mask[row, :len(tokens)] = 1
        return ids, mask


if __name__ == "__main__":
    write(sys.argv[1])
