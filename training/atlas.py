"""Scenes composed in batches on a GPU: the same pictures as scenes.Renderer makes one at a time on a processor.

All sprites with all their mipmaps lie in one tensor, an atlas; an item of every scene of the batch is sampled from it at
once, between its pixels as Pillow does it, and laid over what is there.
"""
import numpy as np
import torch
import torch.nn.functional as F

from .scenes import NAMES, SPRITE, level_of, sprites

LEAST = 16  # side of the smallest mipmap


class Atlas:
    def __init__(self, device, side=SPRITE, names=NAMES, threads=8):
        """`side`: of the largest mipmap kept, about as large as a sprite is ever drawn."""
        self.side, self.device = side, device
        self.sides = np.array([side >> i for i in range(side.bit_length()) if side >> i >= LEAST])
        # A cell holds the largest mipmap and, in a row under it, the others, each in a clear border of one pixel.
        wide, high = side + 2 * len(self.sides), side + side // 2 + 4
        self.left = np.cumsum([0, 0, *(self.sides[1:-1] + 2)])
        self.top = np.array([0] + [side + 2] * (len(self.sides) - 1))
        columns = int(np.ceil(np.sqrt(len(names) * high / wide)))  # a square sheet: coordinates are float32
        self.sheet = torch.zeros(1, 5, -(-len(names) // columns) * high, columns * wide, device=device)
        self.cell = np.zeros((len(NAMES), 2), np.int64)
        for i, (name, picture, share) in enumerate(sprites(names, threads)):
            x, y = self.cell[NAMES.index(name)] = i % columns * wide, i // columns * high
            level = torch.zeros(1, 5, SPRITE, SPRITE, device=device)
            level[0, :4] = torch.from_numpy(picture).to(device).permute(2, 0, 1)
            if share is not None:
                level[0, 4] = torch.from_numpy(share).to(device)
            level = F.avg_pool2d(level / 255, SPRITE // side)
            for s, left, top in zip(self.sides, self.left, self.top):
                self.sheet[:, :, y + top + 1:y + top + 1 + s, x + left + 1:x + left + 1 + s] = level
                level = F.avg_pool2d(level, 2)

    @torch.no_grad()
    def render(self, batch, size, unit, windows=None):
        """batch (data.Batch) -> [N, 3, height, width] in 0..1; size (width, height) in pixels, `unit` pixels to a unit of the
        scenes. With windows [N, W, 2], left and top in units: [N * W, 3, height, width]."""
        width, height = size
        on = lambda z, kind=torch.float32: torch.as_tensor(z, dtype=kind).to(self.device, non_blocking=True)
        per = 1 if windows is None else windows.shape[1]
        left, top = on(np.zeros((len(batch.sprite), 1, 2)) if windows is None else windows).reshape(-1, 2).unbind(1)
        repeat = lambda z: z if per == 1 else z.repeat_interleave(per, 0)
        out = repeat(on(batch.background))[:, :, None, None].expand(-1, -1, height, width).contiguous()
        # which mipmap: its side and where it is
        level = level_of(self.side / (np.maximum(batch.size, 1e-3) * unit), len(self.sides))
        cell = self.cell[batch.sprite]
        sides, left_at, top_at = (on(z) for z in (self.sides[level], cell[..., 0] + self.left[level], cell[..., 1] + self.top[level]))
        cx, cy, extent, tint = (on(z) for z in (batch.cx, batch.cy, batch.size, batch.tint))
        x = (torch.arange(width, device=self.device) + 0.5) / unit
        y = (torch.arange(height, device=self.device) + 0.5) / unit
        counts = np.repeat(batch.count, per)
        for k in range(int(batch.count.max())):
            which = on(np.flatnonzero(counts > k), torch.long)
            i = which // per
            s, e = sides[i, k, None], extent[i, k, None]

            def within(z, begin, centre, at, pixels):
                """Coordinates in the sheet as grid_sample wants them, no farther out than the mipmap's border."""
                z = ((z + begin[which, None] - centre[i, k, None]) / e + 0.5) * s + 1
                return (z.clamp(min=0.5).minimum(s + 1.5) + at[i, k, None]) * (2 / pixels) - 1
            u = within(x, left, cx, left_at, self.sheet.shape[3])
            v = within(y, top, cy, top_at, self.sheet.shape[2])
            grid = torch.stack([u[:, None, :].expand(-1, height, -1), v[:, :, None].expand(-1, -1, width)], -1)
            made = F.grid_sample(self.sheet, grid.view(1, -1, width, 2), mode="bilinear", padding_mode="zeros", align_corners=False)
            made = made.view(5, len(which), height, width)
            for c in range(3):
                over = made[c] + made[4] * tint[i, k, c][:, None, None]
                out[which, c] = out[which, c] * (1 - made[3]) + over
        return out
