"""The text encoder as training uses it: transformers' CLIP with the same tensors under the same names, in few lines. It does
not depend on transformers' version, and gives the hidden states and the projection at once (test_padding.py compares)."""
import torch
from torch import nn
import torch.nn.functional as F

from . import configs


class Layer(nn.Module):
    def __init__(self, width, inner, heads, eps):
        super().__init__()
        self.heads = heads
        self.layer_norm1, self.layer_norm2 = nn.LayerNorm(width, eps), nn.LayerNorm(width, eps)
        self.self_attn = nn.ModuleDict({f"{k}_proj": nn.Linear(width, width) for k in ("q", "k", "v", "out")})
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(width, inner), "fc2": nn.Linear(inner, width)})

    def forward(self, x, mask):
        y, a = self.layer_norm1(x), self.self_attn
        q, k, v = (a[f"{n}_proj"](y).unflatten(-1, (self.heads, -1)).transpose(1, 2) for n in "qkv")
        x = x + a["out_proj"](F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).flatten(2))
        return x + self.mlp["fc2"](F.gelu(self.mlp["fc1"](self.layer_norm2(x))))


class Text(nn.Module):
    def __init__(self, size, end, config=configs.TEXT):
        super().__init__()
        self.end, width, eps = end, config["hidden_size"], config["layer_norm_eps"]
        self.text_model = nn.ModuleDict({
            "embeddings": nn.ModuleDict({"token_embedding": nn.Embedding(size, width),
                                         "position_embedding": nn.Embedding(config["max_position_embeddings"], width)}),
            "encoder": nn.ModuleDict({"layers": nn.ModuleList(
                Layer(width, config["intermediate_size"], config["num_attention_heads"], eps) for _ in range(config["num_hidden_layers"]))}),
            "final_layer_norm": nn.LayerNorm(width, eps)})
        self.text_projection = nn.Linear(width, config["projection_dim"], bias=False)
        for p in self.parameters():  # the official one is close to it
            if p.dim() > 1:
                nn.init.normal_(p, std=0.02)

    def forward(self, ids):
        """[N, length], closed by one end and filled with ends -> the last layer's hidden states before the final norm, and
        the projection at the end [N, 1, width]. Padding is no key, as with transformers' mask."""
        m = self.text_model
        length = ids.shape[1]
        at = (ids == self.end).int().argmax(1)
        order = torch.arange(length, device=ids.device)
        mask = ((order <= at[:, None])[:, None, :] & (order[None, :] <= order[:, None])[None])[:, None]
        x = m["embeddings"]["token_embedding"](ids) + m["embeddings"]["position_embedding"].weight[:length]
        for layer in m["encoder"]["layers"]:
            x = layer(x, mask)
        pooled = m["final_layer_norm"](x[torch.arange(len(ids), device=ids.device), at])
        return x, self.text_projection(pooled)[:, None]
